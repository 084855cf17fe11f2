"""Things to try on the overfitting screen; each is read from the run's own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.experiments import overfitting_data as data
from playground.experiments.overfitting_capacity import Capacity
from playground.experiments.overfitting_double import DoubleDescent
from playground.experiments.overfitting_learning import LearningCurve
from playground.experiments.overfitting_regularize import Regularize
from playground.experiments.overfitting_variance import Variance
from playground.experiments.overfitting_widths import WidthSweep
from playground.explain.activation_words import Item
from playground.explain.overfitting_numbers import last
from playground.explain.overfitting_verdict import doubling

Columns = Mapping[str, np.ndarray]
Picture = Mapping[str, Any]
SETTLED = 500


def capacity(experiment: Capacity, metrics: Columns, picture: Picture) -> list[Item]:
    now = last(metrics)
    settled = picture.get("known") and (experiment.family == "polynomial" or now.get("step", 0) >= SETTLED)
    at_best = bool(settled) and picture["chosen"] == picture["best"]
    return [
        ("capacity-sweet", "Let the networks learn for 500 steps, then move the slider to the lowest validation error.", at_best and experiment.family == "network"),
        ("capacity-exact", "Find a polynomial whose training error is below 10⁻⁶.",
         bool(settled) and experiment.family == "polynomial" and bool((np.asarray(picture["train_error"]) < 1e-6).any())
         and now.get("train_loss", 1.0) < 1e-6 and picture["chosen"] in np.asarray(picture["complexity"])),
        ("capacity-more", "Give them so many points that the largest network's validation error is within a tenth of the best.",
         bool(settled) and experiment.family == "network" and float(np.asarray(picture["fresh_error"])[-1]) < 1.1 * float(np.asarray(picture["fresh_error"]).min())),
        ("capacity-own", "Fit points of your own: draw some, or upload a table.", experiment.curve == data.OWN),
    ]  # fmt: skip


def regularize(experiment: Regularize, metrics: Columns, picture: Picture) -> list[Item]:
    now = last(metrics)
    settled = now.get("step", 0) >= 1_000
    gap, plain = (now.get(f"{prefix}validation_loss", 0.0) - now.get(f"{prefix}train_loss", 0.0) for prefix in ("", "plain_"))
    return [
        ("regularize-half", "After 1,000 steps, bring the gap below a third of the twin's.", settled and plain > 0.05 and gap < plain / 3),
        ("regularize-sparse", "Use L1 until nine of ten weights are below 0.01 and the validation error is still lower than the twin's.",
         settled and experiment.l1 > 0 and now.get("zero_share", 0.0) > 0.9 and now.get("validation_loss", 9e9) < now.get("plain_validation_loss", 0.0)),
        ("regularize-stop", "Let early stopping choose the moment.", bool(picture.get("stopped"))),
        ("regularize-too", "Regularize so much that even the training error is above the twin's validation error.",
         settled and now.get("train_loss", 0.0) > now.get("plain_validation_loss", 9e9)),
    ]  # fmt: skip


def variance(experiment: Variance, metrics: Columns, picture: Picture) -> list[Item]:
    now = last(metrics)
    ready = bool(picture.get("known")) and (experiment.family == "polynomial" or now.get("step", 0) >= SETTLED)
    bias2, spread = now.get("bias2", 0.0), now.get("variance", 0.0)
    return [
        ("variance-bias", "Find a model whose error is mostly bias: bias² more than twice the variance.", ready and bias2 > 2 * spread > 0),
        ("variance-variance", "And one with more than ten times as much variance as bias².", ready and spread > 10 * bias2 > 0),
        ("variance-balance", "Move to the complexity with the lowest sum.", ready and picture["chosen"] == picture["best"]),
    ]


def learning(experiment: LearningCurve, metrics: Columns, picture: Picture) -> list[Item]:
    found = doubling(picture)
    whole = int(picture.get("finished", 0)) >= len(experiment.sizes())
    return [
        ("learning-yes", "Run a curve to its end where the answer is yes.", whole and found is not None and found.verdict == "yes"),
        ("learning-no", "And one where the answer is no.", whole and found is not None and found.verdict == "no"),
        ("learning-real", "Bring the validation error on the digits below 5 %.",
         experiment.dataset == "digits" and whole and found is not None and found.after < 0.05),
    ]  # fmt: skip


def double(experiment: DoubleDescent, metrics: Columns, picture: Picture) -> list[Item]:
    features, test, plain = (np.asarray(picture.get(name, ())) for name in ("features", "test_mean", "plain_mean"))
    whole = len(features) == len(experiment.ladder())
    below = features < experiment.count
    second = whole and bool(below.any()) and test[-1] < test[below].min()
    return [
        ("double-second", "Find a setting in which the second descent ends below the first one's lowest point.", second and not experiment.ridge),
        ("double-ridge", "Take the peak away with a ridge: at its highest at most a tenth of what it was without.",
         whole and experiment.ridge > 0 and bool(test.max() < 0.1 * plain.max())),
        ("double-move", "Move the peak to 60 features.", whole and not experiment.ridge and 55 <= picture.get("peak_features", 0.0) <= 65),
    ]  # fmt: skip


def widths(experiment: WidthSweep, metrics: Columns, picture: Picture) -> list[Item]:
    settled = last(metrics).get("step", 0) >= SETTLED and "test_mean" in picture
    test, lowest = (np.asarray(picture.get(name, (0.0,))) for name in ("test_mean", "lowest_mean"))
    return [
        ("widths-peak", "Let a peak grow to twice the error at both ends.", settled and bool(test.max() > 2 * max(test[0], test[-1]))),
        ("widths-none", "Find a setting without a peak: no width after 500 steps more than a tenth worse than the narrowest.",
         settled and bool(test.max() <= 1.1 * test[0])),
        ("widths-early", "Look at a width whose test error is twice as high as it was on the way.",
         settled and bool(test[int(np.abs(np.asarray(picture["units"]) - picture["chosen"]).argmin())]
                          > 2 * lowest[int(np.abs(np.asarray(picture["units"]) - picture["chosen"]).argmin())])),
    ]  # fmt: skip
