"""What the Images screen draws names only arrays that it brings."""

import numpy as np

from playground.experiments.images import Images
from playground.explain import images_words as words
from playground.figures import images as figures

ANSWER = {
    "labels": ["cat", "dog"], "indices": np.array([3, 5]), "shares": np.array([0.6, 0.3]), "rest": 0.1, "count": 10, "logits": np.array([2.0, 1.3]), "entropy": 1.5, "total": 2.51,
    "calling": 0.01, "preparing": 0.002, "loading": 0.5, "first": True, "parameters": 1000, "bytes": 4000, "shape": [3, 32, 32], "mean": [0.5] * 3, "std": [0.5] * 3,
}  # fmt: skip


def test_the_gallery_shows_own_pictures_first_and_marks_the_chosen():
    panel = figures.gallery("cat", {"uploaded:1234": ("holiday.jpg", np.zeros((40, 60, 3), np.uint8))})
    items = panel.spec["items"]
    assert items[0] == {"key": "uploaded:1234", "title": "holiday.jpg", "array": "thumb_0"}
    assert panel.spec["selected"] == "cat" and set(panel.arrays) == {each["array"] for each in items}


def test_maps_come_with_their_arrays_and_the_palette_ends():
    about = {"picture": np.zeros((8, 8, 3), np.uint8), "label": "cat"}
    one = {"values": np.ones((8, 8), np.float32), "seconds": 0.01, "top": 2.0, "asked": 1}
    found = {key: one | {"layer": layer} for key, layer in (("gradcam", "layer4"), ("occlusion", ""))}
    panel = figures.maps(about, found)
    assert [each["title"] for each in panel.spec["panels"]] == ["As the network sees it", "Grad-CAM", "Occlusion"]
    assert all(each["map"] in panel.arrays for each in panel.spec["panels"][1:]) and [each["signed"] for each in panel.spec["panels"]] == [False, False, True]
    curve = {"deletion": np.linspace(1, 0, 5), "insertion": np.linspace(0, 1, 5), "deletion_area": 0.5}
    scores = {key: curve | {"insertion_area": area} for key, area in (("gradcam", 0.6), ("occlusion", 0.9), ("chance", 0.5))}
    arrays, spec = figures.curves(scores, "insertion")
    assert {each["array"] for each in spec["series"]} | {"part"} == set(arrays)
    rows = figures.score_rows(scores, found)
    assert rows[0]["Explanation"] == "Occlusion" and rows[-1]["Pictures asked"] == "–" and figures.narrow(rows).count("\n") == 4


def test_words_hold_the_current_numbers():
    view = Images(picture="checks", model="digits-cnn", part="predict")
    assert "0.6000" in words.maths(ANSWER) and "2.510" in words.maths(ANSWER) and ("Loading, once", "0.50 s") in words.facts(ANSWER)
    first = words.advice(view, ANSWER)[0]
    assert "knows digits only" in first.words and "60.0 %" in first.evidence
    assert words.advice(Images(picture="digit-5", model="digits-cnn"), {**ANSWER, "shares": np.array([0.99, 0.005])}) == []
    assert [done for _, _, done in words.predict_tasks(view, {**ANSWER, "shares": np.array([0.9])})] == [False, True, False]
    for rows in words.PRESETS.values():
        for _key, _title, why, values, _good in rows:
            assert why.endswith((".", "?")) and Images(**values)
