"""Bundled tables for learning curves and double descent: what to learn from, and what is kept apart to judge by."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from playground.core.errors import UserError
from playground.core.randomness import derive, numpy_stream
from playground.data import points
from playground.experiments import overfitting_data as data

KEPT_APART = 0.3  # share of a bundled table that no fit ever sees
TOY_POOL, TOY_KEPT = 1_000, 500
TABLES = {
    "digits": "Handwritten digits (10 classes)",
    "breast_cancer": "Breast cancer (2 classes)",
    "diabetes": "Diabetes progress (a number)",
    "moons": "Two moons (2 classes)",
    "waves": "Waves (a number)",
    data.OWN: "Own points (a number)",
}


@dataclass(frozen=True, eq=False)
class Table:
    """Rows in the data's own units.

    Attributes:
        inputs, kept_inputs: (N, features) float64 to learn from, and kept apart.
        targets, kept_targets: (N,) float64; class numbers for classes.
        task: "multiclass", "binary" or "regression".
        rescale: Whether inputs need the mean and spread of the training rows; pixels and made-up points have their scale already.
        unit: Of the targets, for numbers.
    """

    inputs: np.ndarray
    targets: np.ndarray
    kept_inputs: np.ndarray
    kept_targets: np.ndarray
    task: str
    rescale: bool
    unit: str = ""

    @property
    def outputs(self) -> int:
        return int(self.targets.max()) + 1 if self.task == "multiclass" else 1


@functools.lru_cache(16)
def table(key: str, noise: float, data_seed: int, own: str = "") -> Table:
    """One table, dealt into what is learnt from and what is kept apart; the deal depends on the seed alone.

    Args:
        noise: Of the made-up tables ("moons", "waves"), 0 to 1.

    Raises:
        UserError: When own points are asked for and there are none.
    """
    if key == data.OWN:
        sample = data.sample(key, 0, 0.0, data_seed, own)
        return Table(sample.x[:, None], sample.y * sample.scale[1], sample.fresh_x[:, None], sample.fresh_y * sample.scale[1], "regression", False, sample.names[1])
    if key == "waves":
        train, kept = (data.draw(key, count, noise, derive(data_seed, part)) for part, count in (("pool", TOY_POOL), ("kept", TOY_KEPT)))
        return Table(train[0][:, None], train[1], kept[0][:, None], kept[1], "regression", False)
    if key == "moons":
        loaded = points.load(key, "", TOY_POOL + TOY_KEPT, noise / 2, 2, 0.5, data_seed)
        inputs, targets, task, unit = loaded.inputs / 2.5, loaded.targets.astype(np.float64), "binary", ""
    else:
        inputs, targets, task, unit = _bundled(key)
    order = numpy_stream(data_seed, "deal", key).permutation(len(inputs))
    cut = TOY_POOL if key == "moons" else len(inputs) - round(KEPT_APART * len(inputs))
    learnt, kept_rows = order[:cut], order[cut:]
    return Table(inputs[learnt], targets[learnt], inputs[kept_rows], targets[kept_rows], task, key in ("breast_cancer", "diabetes"), unit)


def _bundled(key: str) -> tuple[np.ndarray, np.ndarray, str, str]:
    from sklearn import datasets

    loaders = {"digits": (datasets.load_digits, "multiclass", ""), "breast_cancer": (datasets.load_breast_cancer, "binary", ""),
               "diabetes": (datasets.load_diabetes, "regression", "disease progression")}  # fmt: skip
    if key not in loaders:
        raise UserError(f"There is no table named {key!r}.", field="dataset")
    load, task, unit = loaders[key]
    inputs, targets = load(return_X_y=True)
    inputs = np.asarray(inputs, np.float64)
    return (inputs / 8 - 1 if key == "digits" else inputs), np.asarray(targets, np.float64), task, unit


def table_code(key: str, noise: float, data_seed: int, own: str = "") -> str:
    """The statements of an exported program that make inputs, targets, kept_inputs, kept_targets."""
    if key in ("waves", data.OWN):
        if key == "waves":
            body = f"def truth(x):\n    return {data.TRUTHS[key].code}\n\n\n"
            body += data.draw_code(key, TOY_POOL, noise, derive(data_seed, "pool"), "x, targets")
            body += data.draw_code(key, TOY_KEPT, noise, derive(data_seed, "kept"), "kept_x, kept_targets")
            return body + "inputs, kept_inputs = x[:, None], kept_x[:, None]\n"
        found = table(key, noise, data_seed, own)
        names = ("inputs", "targets", "kept_inputs", "kept_targets")
        return "".join(f"{name} = np.array({getattr(found, name).tolist()})\n" for name in names)
    if key == "moons":
        import inspect

        head = inspect.getsource(points.MAKERS[key].make) + "\n\n"
        head += f"inputs, targets = {points.MAKERS[key].make.__name__}({TOY_POOL + TOY_KEPT}, {noise / 2!r}, 2, "
        head += f"np.random.default_rng({derive(data_seed, 'points')}))\ninputs, targets = inputs / 2.5, targets.astype(np.float64)\n"
        cut = str(TOY_POOL)
    else:
        head = f"from sklearn import datasets\n\ninputs, targets = datasets.load_{key}(return_X_y=True)\n"
        head += f"inputs, targets = np.asarray(inputs, np.float64){' / 8 - 1' if key == 'digits' else ''}, np.asarray(targets, np.float64)\n"
        cut = f"len(inputs) - round({KEPT_APART} * len(inputs))"
    return (
        f"{head}order = np.random.default_rng({derive(data_seed, 'deal', key)}).permutation(len(inputs))\ncut = {cut}\n"
        "inputs, targets, kept_inputs, kept_targets = inputs[order[:cut]], targets[order[:cut]], inputs[order[cut:]], targets[order[cut:]]\n"
    )
