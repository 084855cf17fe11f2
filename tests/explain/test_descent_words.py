"""What the gradient-descent screen says is true of what was computed."""

import re

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.experiments.descent import RULES, Descent
from playground.experiments.descent_stability import stability
from playground.experiments.descent_views import dissected, race, relief, verdicts
from playground.explain import descent_tasks as tasks
from playground.explain import descent_words as words
from playground.optimizers.table import OPTIMIZERS

TABLE = {row[0]: row for row in words.PRESETS}


def ended(**values):
    experiment = Descent(**values)
    found = race(**experiment.arguments())
    return experiment, found, dict(zip([each.name for each in experiment.racers()], verdicts(found, relief(**experiment.arguments())), strict=True))


def preset(key, **more):
    return ended(**{**TABLE[key][3], **more})


def test_presets_are_good_and_bad_and_each_says_why():
    assert 4 <= len(words.PRESETS) <= 8 and {row[4] for row in words.PRESETS} == {True, False}
    assert len(TABLE) == len(words.PRESETS) and all(row[2].rstrip().endswith(".") for row in words.PRESETS)


def test_one_start_three_valleys():
    _, _, found = preset("valleys")
    assert {each.kind for each in found.values()} == {"reached"}
    assert len({each.minimum for each in found.values()}) == 3


def test_the_bent_valley_is_run_by_lbfgs_alone():
    experiment, _, found = preset("banana")
    assert [key for key, each in found.items() if each.kind == "reached"] == ["lbfgs"] and found["lbfgs"].step < 50
    low, high = stability("momentum", **experiment.arguments())["curvatures"]
    assert high / low > 1000


def test_at_the_saddle_plain_sgd_waits_longest():
    _, _, found = preset("saddle")
    assert all(each.kind == "reached" for each in found.values())
    assert max(found, key=lambda key: found[key].step) == "sgd"


def test_one_example_at_a_time_settles_nobody_and_a_schedule_calms_them():
    _, _, found = preset("noise")
    assert not any(each.kind == "reached" for each in found.values())
    _, _, calmed = preset("noise", schedule="cosine")
    assert all(calmed[key].slope < found[key].slope for key in ("sgd", "adam"))


def test_the_highest_learning_rate_diverges_and_below_it_higher_is_faster():
    experiment, _, found = preset("high")
    kinds, heights = [each.kind for each in found.values()], [each.height for each in found.values()]
    assert kinds[-1] == "diverged" and experiment.racers()[-1].learning_rate > 0.1 and "diverged" not in kinds[:-1]
    assert heights[0] > heights[1] > heights[2]


def test_too_much_momentum_arrives_later_than_none():
    _, _, found = preset("overshoot")
    assert found["sgd"].kind == "reached" and found["momentum"].kind != "reached" and found["nesterov"].kind != "reached"


def test_turning_the_ravine_takes_the_advantage_of_scaling_away():
    _, _, turned = preset("turned")
    _, _, straight = preset("turned", angle=0.0)
    for key in ("adam", "rmsprop", "adagrad"):
        assert turned[key].height > 10 * straight[key].height, key


def test_everyone_ends_in_the_nearest_dent():
    _, _, found = preset("trapped")
    assert {each.kind for each in found.values()} <= {"local", "oscillating"}
    assert all(np.hypot(each.place[0] + 2.98, each.place[1] - 2.98) < 0.1 and abs(each.height - 17.9) < 0.2 for each in found.values())


def test_the_table_has_a_row_for_everyone_and_the_summary_names_the_first():
    experiment, _, found = preset("valleys")
    table = words.verdict_table(experiment.racers(), list(found.values()), experiment.steps, False)
    assert len(table.splitlines()) == 2 + len(found) and "reached" in table
    first = min(found, key=lambda key: found[key].step)
    assert words.summary(experiment.racers(), list(found.values())).startswith(f"**{OPTIMIZERS[first].title}**")
    experiment, _, gone = preset("high")
    assert "left the surface" in words.summary(experiment.racers(), list(gone.values()))


def test_every_kind_of_verdict_has_words():
    _, _, found = preset("valleys")
    one = next(iter(found.values()))
    for kind in ("reached", "local", "saddle", "top", "level", "oscillating", "diverged", "moving"):
        assert re.match(r":\w+\[:material/\w+:", words.verdict_words(type(one)(**{**vars(one), "kind": kind}), False))


@pytest.mark.parametrize("row", words.PRESETS, ids=TABLE)
def test_the_maths_holds_the_numbers_of_the_race(row):
    experiment, found, _ = ended(**row[3])
    text = words.race_maths(experiment, experiment.racers(), found)
    assert words.number(found["heights"][0, 0]) in text and text.count("$$") % 2 == 0
    for key in experiment.optimizers:
        assert OPTIMIZERS[key].latex in text


def test_the_maths_of_a_schedule_and_of_batches():
    experiment, found, _ = ended(schedule="cosine", batching="mini", batch_size=16, noise=2.0, steps=50)
    text = words.surface_maths(experiment, found)
    assert r"\cos" in text and "T = 50" in text and "each step sees 16" in text and "4 steps make an epoch" in text
    assert words.number(0.5) in text, "2 over the root of 16"


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_the_step_table_adds_up_to_the_new_position(key):
    parts = dissected(key, 3, **Descent(surface="beale", start="1.2, 0.9", steps=20).arguments())
    table = words.step_table(parts)
    assert words.vector(parts["after"]) in table and words.vector(parts["move"]) in table and words.vector(parts["before"]) in table
    assert "°" in words.step_reading(parts) and OPTIMIZERS[key].latex in words.step_maths(parts)


def test_the_reading_of_plain_descent_is_straight_and_of_memory_may_be_uphill():
    assert "**0°**" in words.step_reading(dissected("sgd", 3, **Descent(surface="beale", steps=20).arguments()))
    uphill = next(parts for step in range(2, 60) if (parts := dissected("momentum", step, **Descent(surface="parabola", momentum_learning_rate=0.1, momentum_momentum=0.95,
                                                                                                    steps=60).arguments()))["move"] @ parts["full"] > 0)  # fmt: skip
    assert "uphill" in words.step_reading(uphill)


@pytest.mark.parametrize("rule", RULES)
def test_the_maths_of_learning_rates_quotes_the_limit_of_the_surface_at_hand(rule):
    experiment = Descent(surface="ravine", condition=20.0, rule=rule, steps=40)
    text = words.rates_maths(experiment, stability(rule, **experiment.arguments()))
    expected = 2 * 1.9 / 20 / (2.8 if rule == "nesterov" else 1)
    assert words.number(expected) in text
    experiment = Descent(surface="formula", formula="x*y", rule=rule, steps=20)
    assert "no theory" in words.rates_maths(experiment, stability(rule, **experiment.arguments()))


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "0.5"), (1234.5678, "1235"), (1e-5, r"1.00 \cdot 10^{-5}"), (2.5e7, r"2.50 \cdot 10^{7}"), (float("inf"), r"\infty"), (0.0, "0")]
)
def test_numbers_are_short_and_fit_for_latex(value, text):
    assert words.number(value) == text


def test_tasks_tick_when_done_and_not_before():
    def done(**values):
        experiment, _, found = ended(**values)
        return {key: tick for key, _, tick in tasks.race(experiment, experiment.racers(), list(found.values()))}

    assert not any(done().values())
    assert done(surface="bowl", optimizers=("sgd",), sgd_learning_rate=5.0)["descent-diverge"]
    assert done(surface="ravine", angle=45.0)["descent-turn"]
    assert done(surface="least_squares", optimizers=("sgd",), batching="mini", batch_size=32, schedule="cosine", sgd_learning_rate=0.5, steps=1000)["descent-calm"]
    assert done(surface="rastrigin", start="0.1, 0.1", optimizers=("lbfgs",))["descent-rastrigin"]
    uphill = {key for key, _, tick in tasks.step(dissected("adam", 1, **Descent().arguments())) if tick}
    assert "descent-first" in uphill and "descent-uphill" not in uphill


def test_a_start_that_leaves_at_once_is_said_in_words():
    with pytest.raises(UserError, match="first step"):
        dissected("sgd", 1, **Descent(surface="formula", formula="exp(exp(x))", start="3.9", sgd_learning_rate=10.0).arguments())


@pytest.mark.parametrize(("value", "text"), [(-3.7793, "−3.78"), (2.13e-7, "2.1·10⁻⁷"), (-1.5e9, "−1.5·10⁹"), (0.0, "0"), (float("inf"), "∞")])
def test_numbers_in_running_text_are_plain(value, text):
    assert words.plain(value) == text
