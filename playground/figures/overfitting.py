"""Pictures of the overfitting screen: which arrays of a run stand where, as canvas specs."""

from __future__ import annotations

from playground.data.points import DOMAIN
from playground.experiments import overfitting_data as data
from playground.experiments.overfitting_capacity import Capacity
from playground.experiments.overfitting_double import DoubleDescent
from playground.experiments.overfitting_learning import LearningCurve
from playground.experiments.overfitting_regularize import PLANE_SCALE, Regularize
from playground.experiments.overfitting_variance import Variance
from playground.experiments.overfitting_widths import UNITS, WidthSweep
from playground.figures import canvas
from playground.figures.canvas import Spec
from playground.figures.panels import Panel, Rows

TRAIN, FRESH, THIRD, BAND = "category 0", "category 1", "category 2", "category 3"
NOISE = "muted"


def _plane(sample: data.Sample, layers: list[Spec], alt: str, drawable: bool) -> Spec:
    """A plane of x and y in the points' own units."""
    x, y = sample.window()
    return canvas.stage(x=x, y=y, layers=layers, aspect=None, x_label=sample.names[0], y_label=sample.names[1], alt=alt, events=("draw",) if drawable else ())


def _points(curve: str) -> list[Spec]:
    known = [canvas.lines("truth", colors=["ink"], width=1.5, dash=True, head=False, label="true curve")] if curve != data.OWN else []
    return [canvas.points("validation", color=FRESH, radius=1.6, outline=False, opacity=0.45, label="validation points"), *known]


# Complexity --------------------------------------------------------------------------------------------------------------------


def capacity(experiment: Capacity, drawable: bool = False) -> Rows:
    """The fit looked at, the errors of all complexities, and the errors of this one by step."""
    sample = experiment.sample()
    layers = [
        *_points(experiment.curve),
        canvas.lines("fits", colors=[TRAIN], width=1.2, head=False, opacity=0.35),
        canvas.lines("fit", colors=[TRAIN], width=3, head=False, label="fit"),
        canvas.points("train", color="ink", radius=4.5, label="training points"),
    ]
    stage = _plane(sample, layers, "Training points, the true curve and the curve that the model looked at draws through them.", drawable)
    rows = [[Panel("fit", stage, height=360, weight=1.15, title="What this one has learnt"),
             Panel("errors", errors(experiment), height=360, title="All of them: error by complexity")]]  # fmt: skip
    if experiment.family == "network":
        rows.append([Panel("steps", steps(experiment), height=190, title="This one, step by step")])
    return rows


def errors(experiment: Capacity) -> Spec:
    """Training and validation error over the complexity, as the fits stand now."""
    network = experiment.family == "network"
    return canvas.curves(
        "hidden units" if network else "degree", "mean squared error", x="complexity", log_x=network, log_y=not network,
        series=[canvas.series("training error", "train_error", color=TRAIN, low="train_low", high="train_high"),
                canvas.series("validation error", "fresh_error", color=FRESH, low="fresh_low", high="fresh_high")],
        marks=[canvas.rule(y="noise_floor", words="noise σ²", when="truth_known"), canvas.rule(x="best", color=FRESH, words="lowest", when="apart"),
               canvas.rule(x="chosen", color="ink", dash=False, words="looked at", when="apart"),
               canvas.rule(x="chosen", color="ink", dash=False, words="looked at: the lowest", when="at_best")],
        alt="Mean squared error on training and on validation points over the complexity of the model; the lowest validation error is marked.",
    )  # fmt: skip


def steps(experiment: Capacity) -> Spec:
    """Both errors of the model looked at, by training step."""
    series = [canvas.series("training error", "train_loss", color=TRAIN), canvas.series("validation error", "validation_loss", color=FRESH)]
    return canvas.curves("step", "mean squared error", series=series, log_y=True, alt="Training and validation error of the model looked at, by step.")


# Regularizers ---------------------------------------------------------------------------------------------------------------------


def regularize(experiment: Regularize, words: str, drawable: bool = False) -> Rows:
    """Both networks side by side, their errors, and how their weights are spread."""
    plain = Panel("plain", _twin(experiment, "plain", drawable), height=None if experiment.plane else 300, title="Without")
    cared = Panel("cared", _twin(experiment, "cared", False), height=None if experiment.plane else 300, title=f"With {words}")
    return [[plain, cared], [Panel("pair-losses", pair_losses(experiment), height=230, title="Error by step", weight=1.3),
                             Panel("histograms", histograms(), height=230, title="How the weights are spread")]]  # fmt: skip


def _twin(experiment: Regularize, name: str, drawable: bool) -> Spec:
    alt = f"What the network {'with' if name == 'cared' else 'without'} regularizers has learnt, with its training points."
    color = THIRD if name == "cared" else TRAIN
    if not experiment.plane:
        fit = canvas.lines(f"curve_{name}", colors=[color], width=3, head=False, label="fit")
        return _plane(experiment.sample(), [*_points(experiment.dataset), fit, canvas.points("train", color="ink", radius=4.5, label="training points")], alt, drawable)
    low, high = (end / PLANE_SCALE for end in DOMAIN)
    layers = [canvas.field(f"field_{name}", low=0.0, high=1.0, value="probability of blue", contours=(0.5,), scale=False, opacity=0.75),
              canvas.points("validation", color="validation_targets", palette="diverging", low=0, high=1, radius=1.8, outline=False, opacity=0.55),
              canvas.points("train", color="train_targets", palette="diverging", low=0, high=1, radius=4.5)]  # fmt: skip
    return canvas.stage(x=(low, high), y=(low, high), layers=layers, aspect=1.25, axes=False, alt=alt)


def pair_losses(experiment: Regularize) -> Spec:
    """Training and validation loss of both; dashed without regularizers."""
    series = [canvas.series("training, with", "train_loss", color=THIRD, width=1.6), canvas.series("validation, with", "validation_loss", color=THIRD, width=3),
              canvas.series("training, without", "plain_train_loss", color=TRAIN, width=1.6, dash=True),
              canvas.series("validation, without", "plain_validation_loss", color=TRAIN, width=3, dash=True)]  # fmt: skip
    label = "cross-entropy" if experiment.plane else "mean squared error"
    return canvas.curves("step", label, series=series, y_range=(0.0, None), marks=[canvas.rule(x="stopped_at", color=THIRD, words="best, kept", when="stopped")],
                         alt="Training and validation loss of the networks with and without regularizers, by step.")  # fmt: skip


def histograms() -> Spec:
    """Shares of the weights by value, in both networks."""
    series = [canvas.series("without", "histogram_plain", color=TRAIN, style="area"), canvas.series("with", "histogram_cared", color=THIRD, style="area")]
    return canvas.curves("weight", "share of the weights", x="bins", series=series, y_range=(0.0, None), alt="Distribution of the weights of both networks.")


# Variance -----------------------------------------------------------------------------------------------------------------------------


def variance(experiment: Variance) -> Rows:
    """The cloud of fits, its error taken apart at every x, and the balance over the complexity."""
    sample = experiment.sample()
    held = [canvas.points("held_back", color=FRESH, radius=2.5, outline=False, label="points held back")] if experiment.curve == data.OWN else []
    truth = [] if held else [canvas.lines("truth", colors=["ink"], width=1.8, dash=True, head=False, label="true curve")]
    layers = [
        *held,
        canvas.points("example", color="muted", radius=3.5, opacity=0.8, outline=False, label="one of the training sets"),
        canvas.lines("cloud", colors=[TRAIN], width=1, head=False, opacity=0.28),
        *truth,
        canvas.lines("mean", colors=[FRESH], width=3.5, head=False, label="mean of the fits"),
    ]
    stage = _plane(sample, layers, f"{experiment.refits} fits of one model to as many training sets, their mean, and the true curve.", False)
    return [[Panel("cloud", stage, height=360, title=f"{experiment.refits} fits, each to a training set of its own", weight=1.15),
             Panel("balance", balance(experiment), height=360, title="Balance by complexity")],
            [Panel("everywhere", everywhere(experiment, sample), height=210, title="Taken apart at every x")]]  # fmt: skip


def balance(experiment: Variance) -> Spec:
    """bias², variance and their sum with the noise, over the complexity."""
    network, own = experiment.family == "network", experiment.curve == data.OWN
    return canvas.curves(
        "hidden units" if network else "degree", "part of the expected error", x="complexity", log_x=network, log_y=not network,
        series=[canvas.series("bias² and noise" if own else "bias²", "bias2_by", color=FRESH), canvas.series("variance", "variance_by", color=TRAIN),
                canvas.series("sum" if own else "sum with noise", "total_by", color=BAND, width=3)],
        marks=[canvas.rule(x="best", color=BAND, words="lowest", when="apart"),
               canvas.rule(x="chosen", color="ink", dash=False, words="looked at", when="apart"),
               canvas.rule(x="chosen", color="ink", dash=False, words="looked at: the lowest", when="at_best")],
        alt="Squared bias, variance and their sum with the noise over the complexity of the model.",
    )  # fmt: skip


def everywhere(experiment: Variance, sample: data.Sample) -> Spec:
    """bias², variance and noise of the complexity looked at, at every x."""
    own = experiment.curve == data.OWN
    series = [canvas.series("bias² and noise" if own else "bias²", "bias2_at", color=FRESH, style="points" if own else "area"),
              canvas.series("variance", "variance_at", color=TRAIN, style="area"),
              *([] if own else [canvas.series("noise", "noise_at", color="muted", dash=True)])]  # fmt: skip
    return canvas.curves(sample.names[0], "part of the error", x="judged", series=series, y_range=(0.0, None), log_y=False,
                         alt="Squared bias, variance and noise at every x.")  # fmt: skip


# Amount of data --------------------------------------------------------------------------------------------------------------------------


def learning(experiment: LearningCurve) -> Rows:
    """Errors over the amount of data with their spread, and the fit that is being trained."""
    numbers = experiment.table().task == "regression"
    unit = experiment.table().unit
    label = "share of wrong classes" if not numbers else "root mean squared error" + (f" ({unit})" if unit else "")
    noise = [canvas.rule(y=experiment.noise, words="noise σ")] if experiment.dataset == "waves" else []
    curve = canvas.curves(
        "training examples", label, x="size", log_x=True, y_range=(0.0, None), marks=noise,
        series=[canvas.series("training error", "train_mean", color=TRAIN, low="train_low", high="train_high"),
                canvas.series("validation error", "kept_mean", color=FRESH, low="kept_low", high="kept_high")],
        alt="Training and validation error over the number of training examples; the bands run from the best repeat to the worst.",
    )  # fmt: skip
    losses = [canvas.series("training loss", "train_loss", color=TRAIN), canvas.series("validation loss", "validation_loss", color=FRESH)]
    present = canvas.curves("step", "loss", series=losses, log_y=True, alt="Losses of the amount of data being trained on at each step.")
    return [[Panel("learning", curve, height=380, weight=1.6, title="Error by amount of data"),
             Panel("present", present, height=380, title="The fits, one amount after the other")]]  # fmt: skip


# Double descent -----------------------------------------------------------------------------------------------------------------------------


def double(experiment: DoubleDescent) -> Rows:
    """Test and training error over the number of features, the norm of the weights, and, of curves, the fit looked at."""
    marks = [canvas.rule(x="threshold", color="muted", words=f"N = n = {experiment.count}"), canvas.rule(x="shown_features", color="ink", dash=False)]
    plain = [canvas.series("test error without ridge", "plain_mean", color=FRESH, dash=True, width=1.5)] if experiment.ridge else []
    main = canvas.curves(
        "features N", "squared error", x="features", log_x=True, log_y=not experiment.curve, y_range=(0.0, None), marks=marks,
        series=[canvas.series("test error", "test_mean", color=FRESH, low="test_low", high="test_high", width=3), *plain,
                canvas.series("training error", "train_mean", color=TRAIN, low="train_low", high="train_high", shown=experiment.curve)],
        alt="Test and training error over the number of features; the test error peaks where there are as many features as training examples.",
    )  # fmt: skip
    norm = canvas.curves("features N", "norm of the weights", x="features", log_x=True, log_y=True, marks=marks,
                         series=[canvas.series("norm", "norm_mean", color=BAND, low="norm_low", high="norm_high")],
                         alt="Length of the weight vector over the number of features.")  # fmt: skip
    if not experiment.curve:
        return [[Panel("descent", main, height=380, weight=1.6, title="Error by number of features"), Panel("norm", norm, height=380, title="How long the weights are")]]
    layers = [canvas.lines("truth", colors=["ink"], width=1.6, dash=True, head=False, label="true curve"),
              *([canvas.lines("plain_fit", colors=[FRESH], width=1.2, head=False, opacity=0.6, label="without ridge")] if experiment.ridge else []),
              canvas.lines("fit", colors=[TRAIN], width=2.6, head=False, label="fit"), canvas.points("examples", color="ink", radius=4, label="training points")]  # fmt: skip
    stage = canvas.stage(x=(-1.04, 1.04), y=(-2.2, 2.2), layers=layers, aspect=None, x_label="x", y_label="y",
                         alt="The curve of the number of features looked at, through the training points of the first draw.")  # fmt: skip
    return [[Panel("descent", main, height=360, title="Error by number of features"), Panel("curve", stage, height=360, title="The fit looked at")],
            [Panel("norm", norm, height=200, title="How long the weights are")]]  # fmt: skip


def widths(experiment: WidthSweep) -> Rows:
    """Test and training error over the width, as all networks stand now, and those of the width looked at by step."""
    marks = [canvas.rule(x="threshold", color="muted", words="all labels learnt from here on", when="crossed"), canvas.rule(x="chosen", color="ink", dash=False)]
    main = canvas.curves(
        "hidden units", "mean squared error", x="units", log_x=True, y_range=(0.0, None), marks=marks,
        series=[canvas.series("test error", "test_mean", color=FRESH, low="test_low", high="test_high", width=3),
                canvas.series("training error", "train_mean", color=TRAIN, low="train_low", high="train_high"),
                canvas.series("lowest test error on the way", "lowest_mean", color=THIRD, dash=True)],
        alt=f"Test and training error of networks with {UNITS[0]} to {UNITS[-1]} hidden units; the test error peaks where the training error reaches 0.",
    )  # fmt: skip
    losses = [canvas.series("training error", "train_loss", color=TRAIN), canvas.series("test error", "test_loss", color=FRESH),
              canvas.series("test error of the widest", "widest_test", color="muted", dash=True)]  # fmt: skip
    by_step = canvas.curves("step", "mean squared error", series=losses, y_range=(0.0, None), alt="Training and test error of the width looked at, by step.")
    return [[Panel("widths", main, height=380, weight=1.5, title="Error by width"), Panel("width-steps", by_step, height=380, title="The width looked at, by step")]]
