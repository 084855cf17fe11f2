"""Tables and formulas of the overfitting screen, with the run's own numbers in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.core.experiment import label
from playground.experiments import overfitting_data as data
from playground.experiments.overfitting_capacity import Capacity
from playground.experiments.overfitting_double import DoubleDescent
from playground.experiments.overfitting_learning import LearningCurve
from playground.experiments.overfitting_regularize import Regularize
from playground.experiments.overfitting_variance import DRAWS, Variance
from playground.experiments.overfitting_widths import LEARNT, WidthSweep, parameters
from playground.explain import overfitting_verdict as verdicts
from playground.explain.activation_words import number

Columns = Mapping[str, np.ndarray]
Picture = Mapping[str, Any]
OWN_UNITS = " Errors of own points are shares of their variance: 1 is no better than always saying the mean."


def last(metrics: Columns) -> dict[str, float]:
    """The latest value of every metric."""
    return {name: float(values[-1]) for name, values in metrics.items() if len(values)}


# Complexity ------------------------------------------------------------------------------------------------------------------


def complexity_words(experiment: Capacity | Variance, value: float) -> str:
    """A complexity in words: "5 hidden units", "degree 3"."""
    if experiment.family == "polynomial":
        return f"degree {value:.0f}"
    return f"{value:.0f} hidden unit{'s' if value != 1 else ''}"


def capacity_table(experiment: Capacity, metrics: Columns, picture: Picture) -> str:
    """The sweet spot, and the model looked at beside it."""
    if not picture.get("known"):
        return "No model is fitted yet."
    ladder, train, fresh = (np.asarray(picture[name]) for name in ("complexity", "train_error", "fresh_error"))
    best = int(fresh.argmin())
    places = {"looked at": int(np.abs(ladder - picture["chosen"]).argmin()), "lowest validation error": best, "largest": len(ladder) - 1}
    rows = ["| | model | training error | validation error | gap |", "|:--|:--|--:|--:|--:|"]
    for words, place in places.items():
        rows.append(f"| {words} | {complexity_words(experiment, ladder[place])} | {number(train[place])} | {number(fresh[place])} "
                    f"| {number(fresh[place] - train[place])} |")  # fmt: skip
    floor = f" No model can be expected below the noise, σ² = {experiment.noise**2:.3g}." if experiment.curve != data.OWN else OWN_UNITS
    mean = f" Errors are means over {experiment.starts} starts." if experiment.family == "network" and experiment.starts > 1 else ""
    return f"**Sweet spot now: {complexity_words(experiment, ladder[best])}.**{mean}{floor}\n\n" + "\n".join(rows)


def capacity_maths(experiment: Capacity, metrics: Columns, picture: Picture) -> str:
    now = last(metrics)
    sample = experiment.sample()
    units, layers = experiment.ladder[experiment.chosen], experiment.layers
    if experiment.family == "polynomial":
        model = ("$$\\hat f(x) = \\sum_{k=0}^{d} w_k T_k(x),\\qquad w = \\arg\\min \\sum_i (\\hat f(x_i) - y_i)^2$$\n\n"
                 f"Chebyshev polynomials $T_k$ up to degree d = {units}: {units + 1} coefficients for {len(sample.x)} points. From {len(sample.x)} coefficients "
                 "on every point can be hit exactly; of all exact fits the shortest $w$ is taken.")  # fmt: skip
    else:
        count = 2 * units + (layers - 1) * units * (units + 1) + units + 1
        bend = "\\tanh" if experiment.activation == "tanh" else "\\mathrm{ReLU}"
        model = (f"$$\\hat f(x) = b + \\sum_{{j=1}}^{{{units}}} v_j\\, {bend}(w_j x + b_j)$$\n\n"
                 f"With {units} unit{'s' if units > 1 else ''} in {layers} hidden layer{'s' if layers > 1 else ''} that is {count:,} parameters for {len(sample.x)} points. "
                 f"Each is trained by Adam on all points at once, with learning rate {experiment.learning_rate:g}.")  # fmt: skip
    errors = ""
    if "train_loss" in now and picture.get("known"):
        errors = (f"\n\n$$E_\\text{{train}} = \\frac{{1}}{{{len(sample.x)}}} \\sum_i (\\hat f(x_i) - y_i)^2 = {number(now['chosen_train'])}, \\qquad "
                  f"E_\\text{{val}} = {number(now['chosen_validation'])}, \\qquad \\text{{gap}} = {number(now['chosen_validation'] - now['chosen_train'])}$$")  # fmt: skip
    return model + errors + f"\n\nThe validation error is measured on {len(sample.fresh_x)} points that no model learns from."


# Regularizers ------------------------------------------------------------------------------------------------------------------


def in_force(experiment: Regularize) -> str:
    """The regularizers in words, with their strength."""
    words = []
    for name in experiment.on:
        value = getattr(experiment, name)
        title = label(Regularize, name).replace("Augmentation: ", "")
        title = title if title[:1] == "L" else title.lower()  # L1 and L2 are names
        words.append(title if value is True else f"{title} {value:g}")
    return ", ".join(words) or "no regularizer"


def regularize_table(experiment: Regularize, metrics: Columns, picture: Picture) -> str:
    now = last(metrics)
    if "train_loss" not in now:
        return ""
    names = [("training error", "train_loss"), ("validation error", "validation_loss"), ("test error", "test_loss")]
    rows = ["| | without | with " + in_force(experiment) + " |", "|:--|--:|--:|"]
    rows += [f"| {words} | {number(now[f'plain_{name}'])} | {number(now[name])} |" for words, name in names]
    plain, cared = (now[f"{prefix}validation_loss"] - now[f"{prefix}train_loss"] for prefix in ("plain_", ""))
    rows.append(f"| **gap** (validation − training) | **{number(plain)}** | **{number(cared)}** |")
    if experiment.plane:
        rows.append(f"| test accuracy | {now['plain_test_accuracy']:.1%} | {now['test_accuracy']:.1%} |")
    rows.append(f"| length of all weights | {number(now['plain_weight_norm'])} | {number(now['weight_norm'])} |")
    rows.append(f"| weights below 0.01 | {now['plain_zero_share']:.0%} | {now['zero_share']:.0%} |")
    stopped = ""
    if picture.get("stopped"):
        stopped = (f"**Stopped early:** the validation loss was best after {picture['stopped_at']:,.0f} steps; those weights are back in place. "
                   "The network without care goes on.\n\n")  # fmt: skip
    own = " Own points are too few for three parts: here validation and test points are the same." if experiment.dataset == data.OWN else ""
    return stopped + "\n".join(rows) + (f"\n\nThe validation points choose when to stop; the test points choose nothing.{own}")


def regularize_maths(experiment: Regularize, metrics: Columns, picture: Picture) -> str:
    now, rate = last(metrics), experiment.learning_rate
    material = experiment.material()
    parts = [f"Both networks make the mean loss L over {len(material['train_targets'])} points small, with Adam and learning rate {rate:g}."]
    if experiment.l2:
        size = f" Now $\\tfrac12 \\lambda \\sum w^2 = {number(0.5 * experiment.l2 * now['weight_norm'] ** 2)}$." if now else ""
        parts.append(f"**L2**: $L + \\tfrac{{\\lambda}}{{2}} \\sum w^2$ with $\\lambda = {experiment.l2:g}$; every gradient gets $\\lambda w$ added.{size}")
    if experiment.l1:
        parts.append(f"**L1**: $L + \\lambda \\sum |w|$ with $\\lambda = {experiment.l1:g}$; every gradient gets $\\lambda\\, \\mathrm{{sign}}(w)$ added, "
                     "the same pull on a small weight as on a large one, which is why small ones end at 0.")  # fmt: skip
    if experiment.weight_decay:
        parts.append(f"**Weight decay**: $w \\leftarrow (1 - \\eta\\lambda)\\, w = (1 - {rate:g} \\cdot {experiment.weight_decay:g})\\, w = "
                     f"{1 - rate * experiment.weight_decay:.6g}\\, w$ in each step, past Adam's division by the gradient's size.")  # fmt: skip
    if experiment.dropout:
        keep = 1 - experiment.dropout
        parts.append(f"**Dropout**: $h \\leftarrow h \\cdot m / {keep:.2g}$ with $m = 1$ in {keep:.0%} of cases, else 0. Of {experiment.hidden_units} units about "
                     f"{keep * experiment.hidden_units:.0f} speak in each step. When measuring, all speak.")  # fmt: skip
    if experiment.jitter:
        parts.append(f"**Augmentation**: every step sees $x + {experiment.jitter:g}\\,\\varepsilon$, $\\varepsilon \\sim N(0, 1)$. To first order that adds "
                     f"${experiment.jitter:g}^2 \\sum |\\partial \\hat f / \\partial x|^2$ to a squared loss: it charges for slope (Bishop 1995).")  # fmt: skip
    if experiment.patience:
        parts.append(f"**Early stopping**: every 10 steps the validation loss is looked at; after {experiment.patience:,} steps without a new best the best weights "
                     "come back.")  # fmt: skip
    if experiment.batch_norm:
        parts.append("**Batch norm**: $\\hat z = \\gamma\\, (z - \\mu_B) / \\sqrt{\\sigma_B^2 + 10^{-5}} + \\beta$ for every hidden unit over the batch. "
                     "With small batches $\\mu_B$ and $\\sigma_B$ are noisy, and only that noise regularizes.")  # fmt: skip
    if len(parts) == 1:
        parts.append("No regularizer is on: both networks are the same.")
    return "\n\n".join(parts)


# Variance ------------------------------------------------------------------------------------------------------------------------


def variance_table(experiment: Variance, metrics: Columns, picture: Picture) -> str:
    """The sum, and the same thing measured in another way."""
    now = last(metrics)
    if not picture.get("known") or "bias2" not in now:
        return "No model is fitted yet."
    who = complexity_words(experiment, picture["chosen"])
    if experiment.curve == data.OWN:
        head = "| | bias² and noise together | variance | **sum** | measured error |"
        row = f"| {who} | {number(now['bias2'])} | {number(now['variance'])} | **{number(now['total'])}** | {number(now['expected_loss'])} |"
        note = "Nobody knows the true curve of own points, so bias² and noise cannot be told apart; their sum can." + OWN_UNITS
        return f"{head}\n|:--|--:|--:|--:|--:|\n{row}\n\n{note}"
    gap = abs(now["total"] - now["expected_loss"])
    agree = gap <= 3 * now["expected_error_spread"] + 1e-12
    share = now["variance"] / max(now["bias2"] + now["variance"], 1e-30)
    verdict = f"They agree within the ±{number(2 * now['expected_error_spread'])} that {DRAWS} noisy answers at each place leave open." if agree else (
        f"They differ by {number(gap)}, more than chance would leave.")  # fmt: skip
    return (
        "| | bias² | + variance | + noise σ² | **= sum** | measured error |\n|:--|--:|--:|--:|--:|--:|\n"
        f"| {who} | {number(now['bias2'])} | {number(now['variance'])} | {number(now['noise'])} | **{number(now['total'])}** | {number(now['expected_loss'])} |\n\n"
        f"{verdict} Of what a better choice of model could avoid, {share:.0%} is variance. "
        f"Lowest sum now: **{complexity_words(experiment, picture['best'])}**."
    )


def variance_maths(experiment: Variance, metrics: Columns, picture: Picture) -> str:
    now = last(metrics)
    identity = ("$$\\mathbb{E}\\,(y - \\hat f(x))^2 = \\underbrace{(\\bar f(x) - f(x))^2}_{\\text{bias}^2} + "
                "\\underbrace{\\mathbb{E}\\,(\\hat f(x) - \\bar f(x))^2}_{\\text{variance}} + \\underbrace{\\sigma^2}_{\\text{noise}}, \\qquad "
                "\\bar f = \\mathbb{E} \\hat f$$")  # fmt: skip
    if "bias2" not in now or not picture.get("known"):
        return identity
    refits = max(int(now["refits"]), 1)
    numbers = f"$$ {number(now['total'])} = {number(now['bias2'])} + {number(now['variance'])} + {number(now['noise'])} $$"
    over = now["variance"] / max(refits - 1, 1)
    how = (f"The measured error is the mean of $(y - \\hat f_k(x))^2$ over {refits} fits, {data.PLACES} places and {DRAWS} fresh noisy answers at each: "
           f"{number(now['expected_loss'])}. ") if experiment.curve != data.OWN else ""  # fmt: skip
    return (
        f"{identity}\n\nMeans over {refits} training sets and all places x:\n\n{numbers}\n\n{how}Mean and variance are over these very fits, so bias² and variance add up "
        f"to the mean squared distance from the truth exactly. With only {refits} fits their mean is itself a little off, which makes bias² about "
        f"variance / {max(refits - 1, 1)} = {number(over)} too large."
    )


# Learning curves --------------------------------------------------------------------------------------------------------------------


def learning_table(experiment: LearningCurve, metrics: Columns, picture: Picture) -> str:
    return verdicts.words(experiment, picture)


def learning_maths(experiment: LearningCurve, metrics: Columns, picture: Picture) -> str:
    found, table = verdicts.forecast(picture), experiment.table()
    what = "the share of wrong classes" if table.task != "regression" else "the root mean squared error" + (f" in points of {table.unit}" if table.unit else "")
    head = (f"Each amount n is fitted {experiment.repeats} times, on other examples and from other starting weights; the band is from the best to the worst. "
            f"The error is {what}, on {len(table.kept_targets)} rows that no fit has seen.\n\n")  # fmt: skip
    law = "$$E_\\text{val}(n) \\approx a + b\\, n^{-c}$$"
    if found is None:
        return head + law + "\n\nIt can be fitted once four amounts are done."
    return (
        f"{head}{law}\n\nFitted to the last {verdicts.FITTED} amounts done: $a = {number(found.floor)}$, $b = {number(found.scale)}$, $c = {found.power:.2f}$. "
        f"From $n = {found.most:,}$ to twice that the formula multiplies the error by {found.step:.3f}. "
        "It is a forecast of the kind Cortes et al. (1993) made: good for a doubling, not for a thousandfold."
    )


# Double descent ------------------------------------------------------------------------------------------------------------------------


def double_table(experiment: DoubleDescent, metrics: Columns, picture: Picture) -> str:
    features, test, train, norm = (np.asarray(picture.get(name, ())) for name in ("features", "test_mean", "train_mean", "norm_mean"))
    if not len(features):
        return "Nothing is fitted yet."
    below = features < experiment.count
    near = np.where(2 * features >= experiment.count, test, 0)
    marked = {"looked at": int(np.abs(features - picture["shown_features"]).argmin()), "peak": int(near.argmax()), "most features": len(features) - 1}
    if below.any():
        marked["best below the threshold"] = int(np.where(below, test, np.inf).argmin())
    rows = ["| | features | training error | test error | norm of the weights |", "|:--|--:|--:|--:|--:|"]
    for words, place in sorted(marked.items(), key=lambda each: features[each[1]]):
        fit = "0" if train[place] <= 1e-12 else number(train[place])
        rows.append(f"| {words} | {features[place]:.0f} | {fit} | {number(test[place])} | {number(norm[place])} |")
    now = last(metrics)
    share = f" The fit looked at calls {now['wrong']:.0%} of the test digits wrongly." if not experiment.curve and now.get("looked_at") else ""
    done = f"{len(features)} of {len(experiment.ladder())} numbers of features are fitted, each {experiment.repeats} times.{share}"
    return done + "\n\n" + "\n".join(rows)


def double_maths(experiment: DoubleDescent, metrics: Columns, picture: Picture) -> str:
    now, n = last(metrics), experiment.count
    solution = ("$$w = \\Phi^+ y = \\arg\\min \\|w\\| \\text{ among the best fits}$$" if not experiment.ridge else
                f"$$w = (\\Phi^\\top\\Phi + \\lambda I)^{{-1}} \\Phi^\\top y, \\qquad \\lambda = {experiment.ridge:g}$$")  # fmt: skip
    what = ("$\\varphi_k(x) = \\cos(\\pi k (x + 1) / 2) / (1 + k)$, not random; only the training points are." if experiment.curve else
            "$\\varphi_k(x) = \\max(0, w_k \\cdot x + b_k)/\\sqrt N$ with $w_k$, $b_k$ drawn once and never trained." if experiment.features == "relu" else
            "$\\varphi_k(x) = \\sqrt{2/N}\\, \\cos(w_k \\cdot x + b_k)$ with $w_k$, $b_k$ drawn once and never trained.")  # fmt: skip
    parts = [f"The features are {what}", solution]
    if now.get("looked_at"):
        parts.append(f"At N = {now['looked_at']:.0f} features and n = {n} examples $\\|w\\| = {number(now['weight_norm'])}$, the test error is {number(now['test_loss'])}"
                     + (f" (without ridge {number(now['test_loss_without_ridge'])})." if experiment.ridge else "."))  # fmt: skip
    parts.append(f"Near N = n = {n} the smallest singular value of Φ is close to 0, and dividing the label noise by it makes the weights huge. With N ≫ n there are "
                 "many exact fits, and the shortest is short. A ridge replaces $1/s$ by $s / (s^2 + \\lambda)$, which is never large.")  # fmt: skip
    unit = "summed over the ten outputs" if not experiment.curve else "of the curve without noise"
    parts.append(f"Test error: squared error {unit}, float64, mean over {experiment.repeats} draws; the band runs from the lowest to the highest. The axis of N is "
                 f"logarithmic, that of the error {'linear and begins at 0' if experiment.curve else 'too'}; the button *log* changes it.")  # fmt: skip
    return "\n\n".join(parts)


# Double descent of networks ------------------------------------------------------------------------------------------------------------------


def widths_table(experiment: WidthSweep, metrics: Columns, picture: Picture) -> str:
    units, test, train, lowest, wrong = (np.asarray(picture[name]) for name in ("units", "test_mean", "train_mean", "lowest_mean", "wrong_mean"))
    marked = {"narrowest": 0, "looked at": int(np.abs(units - picture["chosen"]).argmin()), "peak": int(test.argmax()), "widest": len(units) - 1}
    rows = ["| | hidden units | parameters | training error | test error | wrong | lowest on the way |", "|:--|--:|--:|--:|--:|--:|--:|"]
    for words, place in sorted(marked.items(), key=lambda each: units[each[1]]):
        rows.append(f"| {words} | {units[place]:.0f} | {parameters(int(units[place])):,} | {number(train[place])} | {number(test[place])} | {wrong[place]:.0%} "
                    f"| {number(lowest[place])} |")  # fmt: skip
    learnt = (f"From {picture['threshold']:.0f} hidden units on every training label is learnt by heart (error below {LEARNT:g})." if picture["crossed"] else
              "No width has learnt every training label by heart yet.")  # fmt: skip
    return f"{learnt} Errors are means over {experiment.starts} repeats.\n\n" + "\n".join(rows)


def widths_maths(experiment: WidthSweep, metrics: Columns, picture: Picture) -> str:
    now, units = last(metrics), int(picture.get("chosen", experiment.looked_at))
    bend = "\\tanh" if experiment.activation == "tanh" else "\\mathrm{ReLU}"
    parts = [f"$$\\hat y = c + \\sum_{{j=1}}^{{{units}}} v_j\\, {bend}(w_j \\cdot x + b_j), \\qquad L = \\frac{{1}}{{{experiment.count}}} \\sum_i (\\hat y_i - y_i)^2, "
             "\\qquad y_i = \\pm 1$$",
             f"{units} units on 64 pixels have 66 · {units} + 1 = {parameters(units):,} parameters, for n = {experiment.count} labels, "
             f"{round(experiment.label_noise * experiment.count)} of them turned round. What a network can learn by heart depends on its size and on how long it is "
             "trained (its effective complexity, Nakkiran et al. 2020); the peak stands where that is about n."]  # fmt: skip
    if "test_loss" in now:
        parts.append(f"Now its training error is {number(now['train_loss'])} and its test error {number(now['test_loss'])}. The lowest on the way was "
                     f"{number(now['lowest_test'])}: stopped in time, it would not be on any peak. That is read off the test digits themselves and flatters a little.")  # fmt: skip
    return "\n\n".join(parts)
