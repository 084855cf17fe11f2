"""What the gradient-descent screen says: presets, verdicts, formulas with the current numbers, tasks, glossary, sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playground.experiments import descent_stability as known
from playground.experiments.descent import EXAMPLES, RULES, Descent
from playground.experiments.descent_verdict import CRITERIA, Verdict
from playground.experiments.descent_walk import Racer
from playground.explain.numbers import plain
from playground.functions.schedules import SCHEDULES
from playground.functions.shape_fields import shape_of
from playground.optimizers.table import OPTIMIZERS

Arrays = Mapping[str, Any]

INTRODUCTIONS = {
    "race": "Every optimizer sees the same slope; what differs is the step it makes of it. Click the map to choose where all of them start.",
    "step": "One step of one optimizer: what the slope asks for, what memory and scaling make of it, and the move that comes out.",
    "rates": "Blue converges, orange diverges. Click the map to take over a learning rate and a momentum.",
    "network": "The loss of a network you have trained, on a plane through its parameters: the ground its optimizer really walked on.",
}

PRESETS: tuple[tuple[str, str, str, dict[str, Any], bool], ...] = (
    ("valleys", "One start, three valleys", "All five begin in one place and all of them arrive, in three different minima: which one is found depends on the step, "
     "not on the surface alone.", {}, True),
    ("banana", "The bent valley", "The valley floor is a thousand times flatter than its walls: what the walls allow is far too slow for the floor. "
     "L-BFGS learns the curvature and runs.",
     {"surface": "rosenbrock", "optimizers": ("sgd", "momentum", "adam", "muon", "lbfgs"), "sgd_learning_rate": 0.002, "momentum_learning_rate": 0.0015,
      "adam_learning_rate": 0.1, "muon_learning_rate": 0.02, "steps": 500}, True),
    ("saddle", "Off the saddle", "At the saddle the slope is next to nothing. Scaling makes small slopes count, memory adds them up; plain SGD waits longest.",
     {"surface": "saddle", "start": "-1.7, 0.001", "sgd_learning_rate": 0.05, "momentum_learning_rate": 0.05, "rmsprop_learning_rate": 0.02,
      "adam_learning_rate": 0.05}, True),
    ("noise", "One example at a time", "Each step follows one example, not their mean: nobody settles while the learning rate stays. Choose a schedule that ends low.",
     {"surface": "least_squares", "optimizers": ("sgd", "adam", "lion"), "batching": "single", "sgd_learning_rate": 0.1, "adam_learning_rate": 0.1,
      "steps": 300, "beside": "fit"}, False),
    ("high", "Learning rate too high", "Below 2/λ = 0.1 a higher rate is faster; above it every step lands farther up the other wall.",
     {"surface": "ravine", "optimizers": ("sgd",), "rates": 4, "sgd_learning_rate": 0.02, "steps": 100}, False),
    ("overshoot", "Too much momentum", "With μ = 0.98 the ball keeps 98 % of its speed: it rolls through the minimum again and again, where plain SGD has long arrived.",
     {"surface": "ravine", "optimizers": ("sgd", "momentum", "nesterov"), "sgd_learning_rate": 0.05, "momentum_learning_rate": 0.02,
      "nesterov_learning_rate": 0.02, "momentum_momentum": 0.98, "nesterov_momentum": 0.98}, False),
    ("turned", "The ravine, turned", "Adam, RMSprop and Adagrad scale x and y apart. Turned by 45°, steep and flat lie in neither, and their advantage is gone: "
     "set the angle back to 0 and compare.",
     {"surface": "ravine", "condition": 100.0, "angle": 45.0, "optimizers": ("sgd", "momentum", "adagrad", "rmsprop", "adam"), "sgd_learning_rate": 0.015,
      "adam_learning_rate": 0.1}, False),
    ("trapped", "The nearest dent", "Whoever walks downhill ends in the nearest dent, 17.9 above the lowest place. No optimizer here can see past the next rise.",
     {"surface": "rastrigin", "optimizers": ("sgd", "momentum", "adam", "lion", "lbfgs"), "sgd_learning_rate": 0.002, "momentum_learning_rate": 0.002}, False),
)  # fmt: skip

GLOSSARY = {
    "Gradient": "The direction of steepest ascent and how steep it is; optimizers walk against it.",
    "Learning rate": "How far to go for a given slope.",
    "Momentum": "The share of the last velocity that is kept, as a heavy ball keeps rolling.",
    "Curvature": "How fast the slope changes; a large one limits the learning rate to less than 2 divided by it.",
    "Condition number": "Largest over smallest curvature at a minimum: how narrow the ravine is.",
    "Saddle point": "Level ground that goes down in some directions and up in others.",
    "Local minimum": "Lower than all around it, and still not the lowest.",
    "Mini-batch": "The few examples whose mean gradient stands in for that of all.",
    "Learning-rate schedule": "A plan that changes the learning rate over the run.",
    "Filter normalisation": "Making a random direction as long, unit by unit, as the network's own weights, so that landscapes can be compared.",
}
SOURCES = (
    "Polyak 1964", "Nesterov 1983", "Duchi et al. 2011", "Zeiler 2012", "Kingma and Ba 2015", "Dozat 2016", "Goh 2017, “Why momentum really works”",
    "Loshchilov and Hutter 2017, 2019", "Li et al. 2018", "Shazeer and Stern 2018", "Chen et al. 2023", "Jordan et al. 2024",
)  # fmt: skip


def number(value: float) -> str:
    """Four digits for LaTeX and Markdown alike; powers of ten where there are many zeros."""
    value = float(value)
    if not np.isfinite(value):
        return r"\infty" if value > 0 else r"-\infty" if value < 0 else r"\text{none}"
    if value and not 1e-3 <= abs(value) < 1e5:
        mantissa, exponent = f"{value:.2e}".split("e")
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
    return f"{value:.4g}"


def vector(values: Sequence[float], curve: bool = False) -> str:
    """A pair in LaTeX, or its first entry on a curve."""
    return number(values[0]) if curve or len(values) == 1 else rf"({number(values[0])},\; {number(values[1])})"


def place(where: Sequence[float], curve: bool) -> str:
    return f"x = {plain(where[0])}" if curve else f"({plain(where[0])}, {plain(where[1])})"


def verdict_words(verdict: Verdict, curve: bool) -> str:
    """What became of one walk, in a few words, with an icon for its kind."""
    where = place(verdict.place, curve)
    words = {
        "reached": f":green[:material/check_circle: **reached** {where}]",
        "local": f":orange[:material/crop_free: **local minimum** {where}]",
        "saddle": f":orange[:material/pause_circle: **stuck at a saddle** {where}]",
        "top": f":orange[:material/pause_circle: **stuck on a top** {where}]",
        "level": f":orange[:material/pause_circle: **on level ground** {where}]",
        "oscillating": ":orange[:material/swap_horiz: **back and forth**]",
        "diverged": ":red[:material/cancel: **diverged**]",
        "moving": ":gray[:material/arrow_forward: **still moving**]",
    }  # fmt: skip
    return words[verdict.kind]


def verdict_table(racers: Sequence[Racer], verdicts: Sequence[Verdict], steps: int, curve: bool) -> str:
    """One row a racer: verdict, when, height and slope at the end."""
    rows = ["| optimizer | η | verdict | after | height | slope |", "|:--|--:|:--|--:|--:|--:|"]
    for racer, verdict in zip(racers, verdicts, strict=True):
        settled = verdict.kind not in ("moving", "oscillating")
        when = f"{verdict.step} steps" if settled else f"{steps} steps"
        cells = (OPTIMIZERS[racer.key].title, f"{racer.learning_rate:g}", verdict_words(verdict, curve), when, plain(verdict.height), plain(verdict.slope))
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def summary(racers: Sequence[Racer], verdicts: Sequence[Verdict]) -> str:
    """Who was first, and what went wrong, in one or two sentences."""
    arrived = sorted((verdict.step, racer.title) for racer, verdict in zip(racers, verdicts, strict=True) if verdict.kind == "reached")
    gone = [racer.title for racer, verdict in zip(racers, verdicts, strict=True) if verdict.kind == "diverged"]
    words = f"**{arrived[0][1]}** arrives first, after {arrived[0][0]} steps." if arrived else "Nobody has reached the lowest ground."
    return words + (f" {', '.join(gone)} left the surface: the learning rate is too high for slopes this steep." if gone else "")


def surface_maths(experiment: Descent, found: Arrays) -> str:
    """The surface, the slope at the start, and the schedule."""
    ground, start = experiment.ground(), experiment.place()
    curve = ground.y is None
    name = "f(x)" if curve else "f(x, y)"
    parts = [
        f"**{ground.card.title}.** {ground.card.note}\n\n$${name} = {ground.latex}$$",
        f"At the start $\\theta_0 = {vector(start, curve)}$ the height is ${number(found['heights'][0, 0])}$ and the gradient $g = {vector(found['gradients'][0, 0], curve)}$.",
        *(f"In your formula, {note}" for note in ground.notes),
    ]
    schedule = SCHEDULES[experiment.schedule]
    if experiment.schedule != "constant":
        shape = ", ".join(f"{words} {value:g}" for words, value in shape_of(experiment, experiment.schedule, SCHEDULES).items())
        parts.append(f"**{schedule.title} schedule.** {schedule.help} With T = {experiment.steps} steps{', ' + shape if shape else ''}:\n\n"
                     f"$$\\eta_t = \\eta \\cdot {schedule.latex}, \\qquad \\eta_0 = {number(found['factors'][0])}\\,\\eta, \\quad "
                     f"\\eta_{{T-1}} = {number(found['factors'][-1])}\\,\\eta$$")  # fmt: skip
    if experiment.batching != "batch":
        size = experiment.batch_size_used
        spread = "" if experiment.surface == "least_squares" else f" A step's gradient strays by about ${number(experiment.noise / size**0.5)}$ in each direction."
        parts.append(f"**Batches.** $f = \\frac1n \\sum_i f_i$ over $n = {EXAMPLES}$ examples; each step sees {size}, so that {-(-EXAMPLES // size)} steps make an epoch.{spread}")
    return "\n\n".join(parts)


def race_maths(experiment: Descent, racers: Sequence[Racer], found: Arrays) -> str:
    """The surface, every racer's rule with its numbers and its first step, and the verdict's criteria."""
    curve = experiment.ground().y is None
    parts = [surface_maths(experiment, found)]
    for i, racer in enumerate(racers):
        card = racer.card
        if any(other.key == racer.key for other in racers[:i]):
            continue
        numbers = r", \quad ".join(f"{each.symbol} = {number(racer.hyperparameters[name])}" for name, each in card.hyperparameters.items())
        parts.append(f"**{card.title}.** {card.note}\n\n$${card.latex}$$\n\n$${numbers}$$\n\nFirst step: $\\theta_1 = {vector(found['positions'][i, 1], curve)}$, "
                     f"height ${number(found['heights'][i, 1])}$. `{card.code('parameters', **racer.hyperparameters)}` · {card.source}")  # fmt: skip
    return "\n\n".join([*parts, f"**Verdicts.** {CRITERIA}"])


def step_table(parts: Arrays) -> str:
    """Every quantity of the step with its formula and its numbers."""
    curve = parts["y"] is None
    rows = ["| quantity | value |", "|:--|:--|", f"| position | $\\theta = {vector(parts['before'], curve)}$ |", f"| learning rate now | $\\eta = {number(parts['rate'])}$ |"]
    rows += [f"| {words} | ${latex} = {vector(value, curve)}$ |" for words, latex, value in parts["lines"]]
    rows.append(f"| new position | $\\theta + \\Delta\\theta = {vector(parts['after'], curve)}$ |")
    return "\n".join(rows)


def step_reading(parts: Arrays) -> str:
    """What the step did with the slope, in a sentence or two."""
    move, slope = np.asarray(parts["move"], np.float64), np.asarray(parts["full"], np.float64)
    lengths = float(np.hypot(*move)), float(np.hypot(*slope))
    if not lengths[0]:
        return "The step stays where it is."
    if not lengths[1]:
        return "The ground is level, and yet there is a move: it comes from memory."
    angle = float(np.degrees(np.arccos(np.clip(-(move @ slope) / lengths[0] / lengths[1], -1, 1))))
    words = f"The move is {number_words(lengths[0])} long and turns **{angle:.0f}°** away from straight downhill."
    if angle > 90:
        words += " It goes **uphill**: memory outweighs the slope."
    if parts["scaling"] is not None and parts["y"] is not None:
        across, up = (float(each) for each in parts["scaling"])
        if min(across, up) > 0:
            words += f" Scaling gives {'x' if across > up else 'y'} a rate {number_words(max(across, up) / min(across, up))} times that of {'y' if across > up else 'x'}."
    return words


def number_words(value: float) -> str:
    return f"{value:.3g}"


def step_maths(parts: Arrays) -> str:
    card = OPTIMIZERS[parts["key"]]
    numbers = r", \quad ".join(f"{each.symbol} = {number(parts['hyperparameters'][name])}" for name, each in card.hyperparameters.items())
    return (f"**{card.title}**, step {parts['step']}. {card.note}\n\n$${card.latex}$$\n\n$${numbers}$$\n\nThe numbers beside the map are this rule, worked out from "
            f"torch's own state before the step; they are tested against the move that torch then took. "
            f"`{card.code('parameters', **parts['hyperparameters'])}` · {card.source}")  # fmt: skip


def rates_maths(experiment: Descent, found: Arrays) -> str:
    """What a quadratic tells about learning rate and momentum, with the curvatures at hand."""
    low, high = (float(each) for each in found["curvatures"])
    rule = experiment.rule
    momentum, rate = (float(getattr(experiment, f"{rule}_{name}")) for name in ("momentum", "learning_rate"))
    measured = (f"The map runs {RULES[rule]} from the race's start for {found['steps']} steps at each of {found['digits'].size:,} settings, with full gradients and no "
                "schedule. Its colour is the number of decimal digits by which the gradient shrinks per step, measured by regression over the whole walk.")  # fmt: skip
    if not np.isfinite(high):
        return measured + " No minimum with a curvature is known here, so there is no theory to draw."
    limit = float(known.largest_rate(rule, momentum, high))
    formula = r"\frac{2(1 + \mu)}{(1 + 2\mu)\,\lambda}" if rule == "nesterov" else r"\frac{2(1 + \mu)}{\lambda}"
    parts = [measured, f"Near a minimum with largest curvature $\\lambda = {number(high)}$ the steps shrink only if\n\n$$\\eta < {formula} = {number(limit)} "
             f"\\quad \\text{{at }} \\mu = {momentum:g}.$$"]  # fmt: skip
    if found["exact"]:
        factor = max(float(known.contraction(rule, rate, momentum, each)) for each in (low, high))
        root = r"z^2 - (1 + \mu)(1 - \eta\lambda)\, z + \mu (1 - \eta\lambda)" if rule == "nesterov" else r"z^2 - (1 + \mu - \eta\lambda)\, z + \mu"
        parts.append(f"In the long run each step multiplies the distance by the largest root of ${root}$ over both curvatures, ${number(low)}$ and "
                     f"${number(high)}$. At your $\\eta = {rate:g}$, $\\mu = {momentum:g}$ that is ${number(factor)}$, "
                     f"or ${number(-np.log10(factor))}$ digits a step.")  # fmt: skip
        if rule == "momentum" and low < high:
            best_rate, best_momentum = known.best(low, high)
            best = float(known.contraction(rule, best_rate, best_momentum, high))
            parts.append(rf"Fastest of all (Polyak 1964): $\eta = \left(\tfrac{{2}}{{\sqrt{{\lambda_1}} + \sqrt{{\lambda_2}}}}\right)^2 = {number(best_rate)}$, "
                         rf"$\mu = \left(\tfrac{{\sqrt\kappa - 1}}{{\sqrt\kappa + 1}}\right)^2 = {number(best_momentum)}$, factor ${number(best)}$ per step.")  # fmt: skip
    return "\n\n".join(parts)


def network_reading(found: Arrays) -> str:
    """What the landscape shows, in numbers."""
    words = f"Loss **{found['loss']:.4g}** at the cross, {found['parameters']:,} parameters, curvature {found['sharpness'][0]:.3g} and {found['sharpness'][1]:.3g} along the axes."
    if "shares" in found:
        words += f" These two directions hold **{found['shares'].sum():.0%}** of all the way that training went."
    return words


def network_maths(found: Arrays) -> str:
    if "shares" in found:
        return ("$$L(\\alpha, \\beta) = \\text{loss}(\\theta + \\alpha\\, d_1 + \\beta\\, d_2)$$\n\nθ are the network's parameters now; $d_1$ and $d_2$ are the two principal "
                f"components of the recorded parameters around θ, which hold {found['shares'][0]:.1%} and {found['shares'][1]:.1%} of their movement. "
                f"Every point of the map is one evaluation of the whole network on all training points: {found['map'].size:,} in all (Li et al. 2018, section 7).")  # fmt: skip
    return ("$$L(\\alpha, \\beta) = \\text{loss}(\\theta + \\alpha\\, d_1 + \\beta\\, d_2), \\qquad d_{i} \\leftarrow \\frac{d_{i}}{\\lVert d_{i} \\rVert}\\, "
            f"\\lVert \\theta_{{i}} \\rVert \\text{{ for every unit }} i$$\n\n$d_1$ and $d_2$ are random; each unit's part of them is as long as its own weights, biases stay put "
            f"(Li et al. 2018, section 4). The cosine between the two is ${number(found['cosine'])}$; in so many dimensions random directions are nearly at right angles. "
            f"Every point of the map is one evaluation of the whole network on all training points: {found['map'].size:,} in all.")  # fmt: skip
