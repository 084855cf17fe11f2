"""What the deep-RL screen asks its canvases to draw."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from playground.data.environments import ENVIRONMENTS
from playground.experiments.rl import DeepRL, fitting
from playground.experiments.rl_recipes import recipe
from playground.explain.rl_words import MEASURED
from playground.figures import rl as figures
from playground.ui import components

FOLDER = Path(components.__file__).parent


@pytest.mark.parametrize("key", ENVIRONMENTS)
def test_every_task_has_specs_that_json_can_hold_and_names_its_views_arrays(key):
    task = ENVIRONMENTS[key]
    trainer = DeepRL(**recipe(key, film_every=1_000_000)).trainer()
    names = set(vars(trainer.view())) | set(trainer.metrics())
    for algorithm in fitting(task):
        spec = figures.theatre(task, algorithm, discount=0.99)
        assert json.loads(json.dumps(spec)) == spec and spec["motor"] == task.continuous
        assert spec["probabilities"] == (not task.continuous and algorithm != "dqn")
        for measured in MEASURED[algorithm]:
            assert len(figures.measures(measured)["series"]) == len(measured)
    for spec in (figures.value_map(task, task.map_axes), figures.action_map(task, task.map_axes)):
        assert json.dumps(spec) and {layer["array"] for layer in spec["layers"]} <= names
        assert spec["x"] == [task.axes[task.map_axes[0]].low, task.axes[task.map_axes[0]].high]
    curve = figures.learning_curve(task, next(iter(task.published.values())))
    assert {each["array"] for each in curve["series"]} <= names and len(curve["marks"]) == 2
    assert [each["array"] for each in figures.race(task, ["a", "b"], True)["series"]] == ["mean/0", "mean/1"]


def test_every_task_can_be_painted_and_played():
    scenes, arcade = ((FOLDER / name).read_text(encoding="utf-8") for name in ("theatre_scenes.js", "arcade.js"))
    for key in ENVIRONMENTS:
        assert scenes.count(f'"{key}"') >= 2, f"no scene for {key}"
        keys = re.search(rf'"{key}": {{([^}}]*)}}', arcade)
        held = [float(each) for each in re.findall(r": (-?\d)", keys[1])]
        task = ENVIRONMENTS[key]
        assert all(abs(each) == 1 for each in held) if task.continuous else set(held) <= set(range(len(task.actions)))


def test_a_films_frames_are_a_few_bytes_each():
    view = DeepRL(**recipe("LunarLander-v3")).trainer().view()
    film = [each for name, each in vars(view).items() if name.startswith("film_") and isinstance(each, np.ndarray)]
    assert sum(each.nbytes for each in film) / len(view.film_rewards) < 120
