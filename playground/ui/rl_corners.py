"""What the deep-RL screen offers besides one run: comparing algorithms, playing oneself, trained agents."""

from __future__ import annotations

import json
import math
from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.experiment import label
from playground.core.limits import ADDRESS_CHARACTERS, RACE_MEMBERS, SWEEP_MEMBERS
from playground.core.race import race as make_race
from playground.core.randomness import derive
from playground.data.environments import BOX2D
from playground.experiments import rl_agents
from playground.experiments.rl import ALGORITHMS, DeepRL, fitting
from playground.experiments.rl_play import HumanPlay
from playground.experiments.rl_race import configuration
from playground.experiments.rl_recipes import recipe
from playground.experiments.rl_words import DeepRLLook
from playground.figures import rl as figures
from playground.runs.run import Run
from playground.ui.rl_parts import arcade, theatre

RACERS = "rl!race"
LANDED = 100.0  # a return that only a landing brings
MOST_STEPS = 100_000  # of a comparison that was set up by one click, so that it ends within minutes


# Compare ---------------------------------------------------------------------------------------------------------------------


def compare(experiment: DeepRL) -> None:
    """Up to six configurations, each with several seeds, on one plot."""
    state = st.session_state
    if RACERS not in state or (state.get("!arrived") and RACERS in st.query_params):
        state[RACERS] = _from_address()
    entries: list[DeepRL] = [each for each in state[RACERS] if each.environment == experiment.environment]
    _to_address(entries)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seeds = ui.controls(DeepRLLook, only=("seeds",), container=st.container(width=180)).seeds
        st.button("Every algorithm", icon=":material/groups:", on_click=_all_algorithms, args=(experiment,), help="The recipes of all algorithms that can learn this task.")
        st.button("Add the present settings", icon=":material/add:", on_click=_add, args=(experiment,),
                  disabled=len(entries) >= RACE_MEMBERS or configuration(experiment) in map(configuration, entries))  # fmt: skip
        st.button("Clear", icon=":material/delete:", on_click=_clear, disabled=not entries)
    if not entries:
        st.caption("Nothing to compare yet: take every algorithm at once, or add the present settings, change something and add again.")
        return
    members = [each.changed(seed=(each.seed + k) % 1_000_000) for each in entries for k in range(seeds)][:SWEEP_MEMBERS]
    names = _names(entries)
    run = ui.run(make_race(members), autoplay=True, name=RACERS)
    ui.transport(run, key="race")
    ui.lines(run, figures.race(experiment.task, names, seeds > 1), key=f"race-{len(names)}", height=320)
    ui.watched(_standings, 1.0 if run.active else None)(run, entries, names, seeds)


def _from_address() -> list[DeepRL]:
    text = st.query_params.get(RACERS, "")
    try:
        given = json.loads(text[:ADDRESS_CHARACTERS]) if text else []
        return [DeepRL(**recipe(values["environment"], values["algorithm"]) | values) for values in given[:RACE_MEMBERS]]
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # UserError is a ValueError
        words = str(error) if isinstance(error, UserError) else "its list of configurations cannot be read."
        st.warning(f"The link asked for a comparison that cannot be run: {words}", icon=":material/link_off:")
        return []


def _to_address(entries: list[DeepRL]) -> None:
    """Each entry as what differs from its recipe."""
    listed = []
    for each in entries:
        plain, values = DeepRL(**recipe(each.environment, each.algorithm)).values(), each.values()
        listed.append({"environment": each.environment, "algorithm": each.algorithm} | {name: value for name, value in values.items() if value != plain[name]})
    text = json.dumps(listed, separators=(",", ":")) if entries else ""
    if text and st.query_params.get(RACERS) != text:
        st.query_params[RACERS] = text
    elif not text and RACERS in st.query_params:
        del st.query_params[RACERS]


def _all_algorithms(experiment: DeepRL) -> None:
    found = [DeepRL(**recipe(experiment.environment, key, seed=experiment.seed)) for key in fitting(experiment.task)]
    steps = min(MOST_STEPS, max(each.steps for each in found))
    st.session_state[RACERS] = [each.changed(steps=steps) for each in found]


def _add(experiment: DeepRL) -> None:
    st.session_state[RACERS] = [*[each for each in st.session_state[RACERS] if each.environment == experiment.environment], experiment]


def _clear() -> None:
    st.session_state[RACERS] = []
    ui.restart(RACERS)


def _differing(entries: list[DeepRL]) -> list[str]:
    """Fields that tell the entries apart and act in at least one of them."""
    fields = [name for name, domain in DeepRL.domains().items() if domain.group != "hidden" and len({repr(getattr(each, name)) for each in entries}) > 1]
    return [name for name in fields if any(name not in each.unused() for each in entries)]


def _names(entries: list[DeepRL]) -> list[str]:
    fields = _differing(entries)
    if len({each.algorithm for each in entries}) == len(entries):
        return [ALGORITHMS[each.algorithm] for each in entries]
    return [", ".join(_shown(each, name) for name in fields if name != "steps") or ALGORITHMS[each.algorithm] for each in entries]


def _shown(entry: DeepRL, name: str) -> str:
    value, domain = getattr(entry, name), DeepRL.domains()[name]
    if name in entry.unused():
        return f"{label(DeepRL, name)} –"
    if domain.options:
        words = domain.words(value)
    elif isinstance(value, bool):
        words = "on" if value else "off"
    else:
        words = ", ".join(map(str, value)) if isinstance(value, tuple) else f"{value:g}"
    return words if name == "algorithm" else f"{label(DeepRL, name)} {words}"


def _standings(run: Run, entries: list[DeepRL], names: list[str], seeds: int) -> None:
    now = run.last_metrics()
    if not now:
        return
    fields = [name for name in _differing(entries) if name not in ("algorithm", "seed")]
    rows: list[dict[str, Any]] = []
    for number, each in enumerate(entries):
        steps = now.get(f"steps_to_solve/{number}", math.nan)
        row: dict[str, Any] = {"": names[number], "return now": round(now.get(f"mean/{number}", math.nan), 1)}
        if seeds > 1:
            row |= {"worst seed": round(now.get(f"low/{number}", math.nan), 1), "best seed": round(now.get(f"high/{number}", math.nan), 1)}
        row |= {"solved": f"{now.get(f'solved/{number}', 0.0):.0%} of {seeds}" if seeds > 1 else "yes" if now.get(f"solved/{number}") else "no",
                "steps to solve": f"{steps:,.0f}" if math.isfinite(steps) else "–"}  # fmt: skip
        rows.append(row | {label(DeepRL, name): _shown(each, name).removeprefix(label(DeepRL, name)).strip() for name in fields})
    st.dataframe(rows, hide_index=True)
    best = max(range(len(entries)), key=lambda i: (now.get(f"solved/{i}", 0.0), -now.get(f"steps_to_solve/{i}", math.inf) if math.isfinite(now.get(f"steps_to_solve/{i}", math.nan))
                                                   else -math.inf, now.get(f"mean/{i}", -math.inf)))  # fmt: skip
    verb = "wins" if run.state == "finished" else "leads"
    st.markdown(f":material/trophy: **{names[best]}** {verb} after {run.step:,} steps of each: return {now.get(f'mean/{best}', math.nan):.4g}.")


# Play yourself ---------------------------------------------------------------------------------------------------------------


def play(experiment: DeepRL) -> None:
    """The task for a person, and what the trained agent makes of the same start."""
    look = ui.controls(DeepRLLook, only=())
    human = HumanPlay(environment=experiment.environment, start=look.start)
    start = human.first_state()
    left, right = st.columns([1.35, 1], gap="large")
    run = None
    with left:
        if len(start):
            arcade({}, figures.arcade(human.task, start, look.start), key="arcade", on_done=_played)
        else:
            run = ui.run(human, autoplay=False, speed="step", name="rl!play")
            arcade(run, figures.arcade(human.task), key="arcade-run")
    with right:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            ui.controls(DeepRLLook, only=("start",), container=st.container(width=150))
            st.button("Another start", icon=":material/casino:", on_click=_another_start, args=(look.start,))
        if run is not None:
            ui.watched(_follow, 1.0)(run, human)
        _duel(human)


def _another_start(start: int) -> None:
    ui.set_values(DeepRLLook, start=start % 9_999 + 1)


def _played(result: dict[str, Any]) -> None:
    """An episode is over: remembered for this visit."""
    key, score = str(result["environment"]), float(result["score"])
    records: dict[str, float] = st.session_state.setdefault("rl!records", {})
    records[key] = max(score, records.get(key, -math.inf))
    st.session_state["rl!played"] = (key, int(result["number"]), score)
    if key == "LunarLander-v3" and score >= LANDED:
        st.session_state["!rl-landed"] = True


def _follow(run: Run, human: HumanPlay) -> None:
    """Notices when an episode that a worker steps is over."""
    if run.state == "finished" and st.session_state.get("rl!followed") != (run.token, run.step):
        st.session_state["rl!followed"] = (run.token, run.step)
        _played({"environment": human.environment, "number": human.start, "score": run.last_metrics().get("score", 0.0)})
        st.rerun()


def _duel(human: HumanPlay) -> None:
    task, (key, number, score) = human.task, st.session_state.get("rl!played", ("", 0, 0.0))
    try:
        agent = ui.compute(rl_agents.episode_of, environment=task.key, seed=human.episode_seed)["film_return"]
    except UserError as error:
        st.caption(str(error))
        agent = math.nan
    here, best = (key, number) == (task.key, human.start), st.session_state.get("rl!records", {}).get(task.key)
    with st.container(horizontal=True, gap="medium"):
        st.metric("You, on this start", f"{score:.4g}" if here else "–", width="content")
        st.metric("Trained agent", "–" if math.isnan(agent) else f"{agent:.4g}", help="From the very same start, without exploring.", width="content")
        st.metric("Your best", "–" if best is None else f"{best:.4g}", help="On any start, this visit.", width="content")
    if here and not math.isnan(agent):
        st.markdown(":material/trophy: **You beat the agent.**" if score > agent else "A draw." if score == agent else "The agent did better on this start. Try again.")
    st.caption(f"{task.goal} {task.reward}" + (" Stepped by the server, 25 steps a second: half of real time." if task.key == BOX2D else ""))


# Trained agents --------------------------------------------------------------------------------------------------------------


def agents(experiment: DeepRL) -> None:
    """The bundled agents: a table of their scores, and films of the one for this task."""
    found = rl_agents.cards()
    rows = []
    for each in found:
        best = max(each.task.published.values(), key=lambda score: score.mean)
        rows.append({"task": each.task.title, "algorithm": ALGORITHMS[each.algorithm], "return": f"{each.mean:.1f} ± {each.std:.1f}", "solved at": f"{each.task.solved:g}",
                     "best published": f"{best.mean:.1f} ± {best.std:.1f}", "steps": f"{each.steps:,}"})  # fmt: skip
    card = next((each for each in found if each.environment == experiment.environment), None)
    if card is None:
        st.info(f"There is no trained agent for {experiment.task.title} here yet.")
    else:
        look = ui.controls(DeepRLLook, only=())
        with st.spinner("The trained agent plays …"):
            film = ui.compute(rl_agents.episode_of, environment=card.environment, seed=derive(look.start, "human"))
        made = card.experiment()
        spec = figures.theatre(card.task, card.algorithm, discount=made.discount, reward_scale=made.reward_scale,
                               heading=f"Trained {ALGORITHMS[card.algorithm]}, {card.steps:,} steps")  # fmt: skip
        theatre(film, spec, key="agent")
        with st.container(horizontal=True):
            st.button("Another start", icon=":material/casino:", key="agent-start", on_click=_another_start, args=(look.start,))
            st.button("Take its settings", icon=":material/tune:", on_click=_take_settings, args=(card.values,), help="Trains it anew, here, step by step.")
        st.caption(f"{card.mean:.1f} ± {card.std:.1f} over {card.episodes} episodes it was not chosen on. Made by `{card.command}`")
    if rows:
        st.dataframe(rows, hide_index=True)
        st.caption("Published: the best of rl-baselines3-zoo's benchmark.md, one agent a row. `python -m playground rl evaluate --env …` measures ours again.")


def _take_settings(values: dict[str, Any]) -> None:
    ui.set_values(DeepRL, **{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})
