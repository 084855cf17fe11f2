"""Pictures of the training screen: values where they belong, and nothing of a user's words is taken for HTML."""

import base64
import io
import json

import numpy as np
from PIL import Image

from playground.figures import train, train_tables


def test_every_spec_is_json_and_says_what_is_seen():
    fit, arrays = train.fit(np.array([1.0, 5.0]), "mg")
    residuals, _ = train.residuals(np.array([1.0, 2.0]), np.array([1.5, 1.0]), "mg")
    for spec in (train.losses(True), train.losses(False), train.scores("accuracy", "Accuracy"), train.scores("rmse", "RMSE"), train.rates(),
                 train.confusion([f"class {i}" for i in range(30)]), train.finder(0.01, 0.1), fit, residuals):  # fmt: skip
        assert json.loads(json.dumps(spec))["alt"]
    assert (arrays["diagonal"][:, 0] == arrays["diagonal"][:, 1]).all()


def test_residuals_are_counted_to_both_sides_of_zero():
    spec, arrays = train.residuals(np.zeros(4), np.array([-2.0, -1.9, 0.5, 2.0]), "")
    assert arrays["counts"].sum() == 4 and arrays["bins"][0] == -arrays["bins"][-1]
    assert spec["x_label"] == "predicted − true"


def test_the_likeliest_classes_come_first_and_the_true_one_is_marked():
    shown = train.shares(["cat", "dog", "owl"], np.array([0.2, 0.7, 0.1]), true=0, most=2)
    assert shown.index("dog") < shown.index("cat ✓") and "owl" not in shown and "70.0%" in shown


def test_contributions_point_to_their_side():
    shown = train.contributions(["a", "b"], np.array([0.5, -1.0]))
    assert shown.index(">b<") < shown.index(">a<")
    assert "right:50%;width:50.0%" in shown and "left:50%;width:25.0%" in shown


def test_names_of_classes_and_columns_cannot_become_html():
    evil = "<img src=x onerror=alert(1)>"
    scores = {name: np.array([0.5]) for name in ("precision", "recall", "f1")} | {"support": np.array([3])}
    for shown in (train.shares([evil], np.ones(1)), train.contributions([evil], np.ones(1)), train.gallery([(np.zeros((2, 2, 1), np.uint8), evil, True)]),
                  train.figures_row([(evil, evil, evil)]), train_tables.classes([evil], scores, evil),
                  train_tables.layers([evil], np.ones(1), np.ones(1), [None])):  # fmt: skip
        assert "<img src=x" not in shown and "&lt;img" in shown


def test_a_picture_keeps_its_pixels():
    for channels in (1, 3):
        pixels = np.random.default_rng(0).integers(0, 256, (5, 7, channels), dtype=np.uint8)
        address = train.picture(pixels)
        back = np.asarray(Image.open(io.BytesIO(base64.b64decode(address.split(",")[1])))).reshape(5, 7, channels)
        np.testing.assert_array_equal(back, pixels)


def test_saliency_is_orange_where_the_gradient_is_strong():
    slopes = np.zeros((1, 4, 4))
    slopes[0, 1, 2] = -3.0
    shown = train.saliency(np.full((4, 4, 1), 100, np.uint8), slopes)
    assert shown[1, 2].tolist() == [245, 147, 34] and len(set(shown[0, 0].tolist())) == 1


def test_a_healthy_update_lies_in_the_tinted_part():
    def place(shown):
        return float(shown.split('class="mark" style="left:')[1].split("%")[0])

    low = float(train_tables._scale(1e-3).split('<u style="left:')[1].split("%")[0])
    width = float(train_tables._scale(1e-3).split("width:")[1].split("%")[0])
    assert low < place(train_tables._scale(1e-3)) < low + width
    assert place(train_tables._scale(1e-5)) < low and place(train_tables._scale(0.09)) > low + width
    assert "mark" not in train_tables._scale(float("nan"))


def test_classes_without_answers_show_a_dash_instead_of_a_number():
    scores = {"precision": np.array([np.nan]), "recall": np.array([0.0]), "f1": np.array([0.0]), "support": np.array([4])}
    shown = train_tables.classes(["rare"], scores, "class")
    assert "–" in shown and "0%" in shown and ">4<" in shown
