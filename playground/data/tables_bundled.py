"""The tables that come with scikit-learn, read from its own files: importing scikit-learn takes a second, reading them a millisecond."""

from __future__ import annotations

import gzip
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from playground.core.errors import UserError
from playground.data.datasets import DATASETS
from playground.data.tables import Column, TableData

WINE = ("alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols", "flavanoids", "nonflavanoid phenols", "proanthocyanins",
        "color intensity", "hue", "od280/od315 of diluted wines", "proline")  # fmt: skip
NUCLEI = ("radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points", "symmetry", "fractal dimension")
BREAST_CANCER = tuple([f"mean {each}" for each in NUCLEI] + [f"{each} error" for each in NUCLEI] + [f"worst {each}" for each in NUCLEI])
IRIS = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")
DIABETES = ("age", "sex", "body mass index", "mean blood pressure", "total cholesterol (s1)", "LDL (s2)", "HDL (s3)", "cholesterol ratio (s4)",
            "log triglycerides (s5)", "blood sugar (s6)")  # fmt: skip
UCI = "UCI Machine Learning Repository, CC BY 4.0"


def read(name: str) -> str:
    """One of scikit-learn's data files, as text."""
    spec = find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise UserError("scikit-learn, which brings this data set, is not installed.", "Install it with pip install scikit-learn.")
    content = (Path(spec.origin).parent / "datasets" / "data" / name).read_bytes()
    return (gzip.decompress(content) if name.endswith(".gz") else content).decode()


def numbers(text: str, separator: str | None) -> np.ndarray:
    """(rows, columns) float64 of lines of numbers."""
    lines = text.strip().split("\n")
    return np.array([line.split(separator) for line in lines]).astype(np.float64)


def _table(key: str, file: str, names: tuple[str, ...], classes: tuple[str, ...], target: str, source: str) -> TableData:
    cells = numbers(read(file).split("\n", 1)[1], ",")
    columns = tuple(Column(name, "number", np.ascontiguousarray(cells[:, i])) for i, name in enumerate(names))
    return TableData(key, DATASETS[key].title, "table", "classification", cells[:, -1].astype(np.int64), classes, columns=columns, target_name=target,
                     source=source, licence=UCI, loading=lambda: _loading(f"load_{key}()", "int64"))  # fmt: skip


def _loading(call: str, dtype: str) -> str:
    name = call.split("(")[0]
    return f"from sklearn.datasets import {name}\n\ndata = {call}\ncolumns, targets = data.data.T, data.target.astype(np.{dtype})"


def wine() -> TableData:
    return _table("wine", "wine_data.csv", WINE, ("grower 1", "grower 2", "grower 3"), "grower",
                  "Aeberhard and Forina 1991, Wine: chemical analysis of wines of one Italian region from three cultivars")  # fmt: skip


def breast_cancer() -> TableData:
    return _table("breast_cancer", "breast_cancer.csv", BREAST_CANCER, ("malignant", "benign"), "diagnosis",
                  "Wolberg, Mangasarian, Street and Street 1995, Breast Cancer Wisconsin (Diagnostic)")  # fmt: skip


def iris() -> TableData:
    return _table("iris", "iris.csv", IRIS, ("setosa", "versicolor", "virginica"), "species", "Fisher 1936, The use of multiple measurements in taxonomic problems")


def diabetes() -> TableData:
    cells = numbers(read("diabetes_data_raw.csv.gz"), None)
    columns = tuple(Column(name, "number", np.ascontiguousarray(cells[:, i])) for i, name in enumerate(DIABETES))
    return TableData("diabetes", DATASETS["diabetes"].title, "table", "regression", numbers(read("diabetes_target.csv.gz"), None)[:, 0], columns=columns,
                     target_name="disease progression", unit="score after one year",
                     source="Efron, Hastie, Johnstone and Tibshirani 2004, Least angle regression", licence="published with the article, free for research and teaching",
                     loading=lambda: _loading("load_diabetes(scaled=False)", "float64"))  # fmt: skip
