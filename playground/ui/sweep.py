"""Sweep: many settings of one experiment in the background, one after another, and the best opened with one click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from playground import ui
from playground.core.errors import UserError
from playground.core.experiment import Experiment, label
from playground.core.fields import Domain
from playground.core.limits import SWEEP_AXES, SWEEP_MEMBERS
from playground.core.text import from_text, to_text
from playground.runs import cards as cards_of
from playground.runs import sweep as sweeps
from playground.runs.engine import get_engine
from playground.runs.sweep import Axis, Span, Sweep
from playground.ui import session
from playground.ui.controls import grid as round_values
from playground.ui.runs_compare import coordinates

NOTHING = ""
LENGTHS = ("epochs", "steps", "episodes")  # fields that say how long a run is
SHORT = 60  # epochs of each run, unless the screen asks for fewer
ANY, RANDOM = "Every combination", "Random draws"
VALUES, RANGE = "Values", "Range"
FIRST = ("learning_rate", "batch_size", "hidden_sizes", "optimizer", "activation")  # offered first, in this order


def sweep(kind: type[Experiment], experiment: Experiment, *, metric: str = "test_loss", first: Sequence[str] = FIRST) -> None:
    """Choose up to three settings and their values, train every combination in the background, and open the best.

    Args:
        experiment: The settings that all runs share, except for those that are varied.
        metric: What the results are sorted by; lower is better unless its name says otherwise (`cards.higher_is_better`).
        first: Fields listed on top.
    """
    st.caption("Runs of exactly these settings with some of them varied, one after another in the background. They go on while you look at other screens.")
    base, axes = _base(kind, experiment), _axes(kind, experiment, first)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        how = st.segmented_control("How", [ANY, RANDOM], default=ANY, key=f"{kind.key}!sweep!how", required=True, persist_state="session",
                                   help="Random draws find good settings sooner when only some of the fields matter (Bergstra and Bengio 2012).")  # fmt: skip
        count = st.number_input("Runs", 2, SWEEP_MEMBERS, 12, key=f"{kind.key}!sweep!count", width=120, persist_state="session") if how == RANDOM else 0
        base = _length(kind, base)
    with ui.plain_words():
        _plan(kind, base, axes, count)
    going = next((each for each in sweeps.of(session.browser(), kind.key) if each.state == "going"), None)
    if going is not None:
        ui.watched(_followed)(going, going.done)
    _results(kind, metric, going)


def _base(kind: type[Experiment], experiment: Experiment) -> Experiment:
    return experiment if type(experiment) is kind else kind()


def _length(kind: type[Experiment], base: Experiment) -> Experiment:
    """How long each run is: its own number, since a sweep's runs are often shorter."""
    name = next((each for each in LENGTHS if each in kind.domains()), None)
    if name is None:
        return base
    domain, now = kind.domains()[name], getattr(base, name)
    usual = min(now, SHORT) if name == "epochs" else now
    length = st.number_input(f"{label(kind, name)} each", int(domain.low), int(domain.high), usual, key=f"{kind.key}!sweep!{name}", width=150, persist_state="session")
    return base.changed(**{name: int(length)})


# Axes ------------------------------------------------------------------------------------------------------------------


def _axes(kind: type[Experiment], experiment: Experiment, first: Sequence[str]) -> list[Axis | Span]:
    """A row a varied setting; the next row appears when one is chosen."""
    domains = {name: domain for name, domain in kind.domains().items() if _varies(name, domain)}
    order = [name for name in first if name in domains] + [name for name in domains if name not in first]
    found: list[Axis | Span] = []
    for place in range(SWEEP_AXES):
        taken = [axis.field for axis in found]
        left, right = st.columns([1, 2.4], vertical_alignment="bottom")
        options = [NOTHING, *(name for name in order if name not in taken)]
        name = left.selectbox(f"Vary {'also ' if place else ''}", options, index=1 if place == 0 else 0, key=f"{kind.key}!sweep!field{place}", persist_state="session",
                              format_func=lambda each: label(kind, each) if each else "nothing more")  # fmt: skip
        if not name:
            break
        with right:
            axis = _axis(kind, name, domains[name], getattr(experiment, name))
        if axis is None:
            break
        found.append(axis)
    return found


def _varies(name: str, domain: Domain) -> bool:
    return domain.group != "hidden" and domain.kind not in ("text", "choices") and name not in LENGTHS


def _axis(kind: type[Experiment], name: str, domain: Domain, now: Any) -> Axis | Span | None:
    key = f"{kind.key}!sweep!{name}"
    if domain.kind == "switch":
        st.markdown("off and on")
        return Axis(name, (False, True))
    if domain.kind == "choice":
        chosen = st.multiselect("Values", domain.keys, default=list(dict.fromkeys([now, *domain.keys]))[:3], key=f"{key}!keys", format_func=domain.words,
                                label_visibility="collapsed", persist_state="session")  # fmt: skip
        return Axis(name, tuple(chosen)) if chosen else None
    if domain.kind == "integers":
        return _typed(name, domain, f"{key}!text", "; ".join(dict.fromkeys([to_text(domain, now), "4", "16"])), ";", "Lists such as 4; 8, 8; 16, with ; between them")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        mode = st.segmented_control("By", [VALUES, RANGE], default=VALUES, key=f"{key}!mode", required=True, label_visibility="collapsed", persist_state="session")
        if mode == VALUES:
            return _typed(name, domain, f"{key}!text", ", ".join(to_text(domain, value) for value in around(domain, now)), ",", "Numbers with commas between them")
        return _range(name, domain, key, now)


def _range(name: str, domain: Domain, key: str, now: float) -> Axis | Span | None:
    near = around(domain, now)
    form: Any = {"format": "%g"} if domain.kind == "number" else {"step": 1}
    cast: Any = float if domain.kind == "number" else int
    low = st.number_input("From", cast(domain.low), cast(domain.high), cast(near[0]), key=f"{key}!low", width=130, persist_state="session", **form)
    high = st.number_input("to", cast(domain.low), cast(domain.high), cast(near[-1]), key=f"{key}!high", width=130, persist_state="session", **form)
    if st.session_state.get(f"{key.partition('!')[0]}!sweep!how") == RANDOM:
        return Span(name, low, high)
    count = st.number_input("values", 2, 16, 5, key=f"{key}!values", width=110, persist_state="session")
    try:
        return Axis(name, sweeps.spaced(domain, low, high, int(count)))
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return None


def _typed(name: str, domain: Domain, key: str, default: str, sign: str, hint: str) -> Axis | None:
    text = st.text_input("Values", default, key=key, max_chars=300, placeholder=hint, help=hint, label_visibility="collapsed", persist_state="session")
    try:
        values = tuple(dict.fromkeys(from_text(domain, part) for part in text.split(sign) if part.strip()))
    except ValueError as error:
        st.error(f"Each value {error}", icon=":material/error:")
        return None
    return Axis(name, values) if values else None


def around(domain: Domain, now: float) -> list[Any]:
    """A few round values about the present one: by factors of about three, or by a fifth of the range."""
    if domain.log:
        listed = [value for value in round_values(domain) if value > 0]
        anchor = min(listed, key=lambda value: abs(value - now)) if now > 0 else listed[len(listed) // 2]
        found = [anchor / 10, anchor / 3, anchor, anchor * 3, anchor * 10]
        found = [min(listed, key=lambda value: abs(value - each) / each) for each in found]
        found = [now if value == anchor and now > 0 else value for value in found]
    else:
        step = max((domain.high - domain.low) / 5, domain.step or 0)
        found = [domain.low + step * i for i in range(6)] if domain.high - domain.low <= 1 else [now - step, now, now + step]
    inside = sorted({domain.low if value < domain.low else domain.high if value > domain.high else value for value in found})
    return [int(value) if domain.kind == "integer" else float(f"{value:.4g}") for value in inside]


# Plan, progress, results -------------------------------------------------------------------------------------------------


def _plan(kind: type[Experiment], base: Experiment, axes: Sequence[Axis | Span], count: int) -> None:
    """How many runs that makes, how long they take, and the button that starts them."""
    if not axes:
        st.caption("Choose a setting to vary.")
        return
    members, refused = sweeps.draws(base, axes, count, seed=len(axes)) if count else sweeps.grid(base, [axis for axis in axes if isinstance(axis, Axis)])
    run = session.current_run(kind.key)
    pace = _pace(run)
    seconds = sweeps.estimate(members, pace) if pace else None
    words = f"**{len(members)} run{'s' * (len(members) != 1)}**"
    words += f", {_duration(seconds)} one after another on a free core." if seconds else "; how long they take shows with the first."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Start the sweep", icon=":material/play_arrow:", type="primary", key=f"{kind.key}!sweep!start", on_click=_start, args=(kind, members, axes),
                  disabled=not members)  # fmt: skip
        st.markdown(words)
    if refused:
        st.caption(f"{len(refused)} combinations make no sense and are left out: {refused[0]}")


def _start(kind: type[Experiment], members: list[Experiment], axes: Sequence[Axis | Span]) -> None:
    me = session.visitor()
    try:
        sweeps.begin(members, browser=session.browser(), visitor=me.name, name=sweeps.named(kind, [axis.field for axis in axes]), address=session.here(members[0]))
    except UserError as error:
        st.session_state[f"{kind.key}!sweep!problem"] = str(error)


def _followed(going: Sweep, done: int) -> None:
    if going.state != "going" or going.done != done:
        st.rerun()
    progress(going)


def progress(going: Sweep, *, title: bool = False) -> None:
    """How far a sweep is, and the way to end it."""
    left = going.seconds_left()
    now = going.runs[-1] if going.runs else None
    waits = f" It waits for a free place, no. {now.place} in line." if now is not None and now.state == "queued" else ""
    words = f"**{going.name}**: run" if title else "Run"
    words += f" {min(going.done + 1, len(going.members))} of {len(going.members)}" + (f", {_duration(left)} left." if left else ".") + waits
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(going.progress(), text=words)
        st.button("Cancel", icon=":material/stop:", key=f"sweep!cancel!{going.token}", on_click=going.cancel, help="Runs that have ended are kept.")


def _results(kind: type[Experiment], metric: str, going: Sweep | None) -> None:
    """The newest sweep of this kind, or the one chosen: best marked and one click away."""
    problem = st.session_state.pop(f"{kind.key}!sweep!problem", "")
    if problem:
        st.error(problem, icon=":material/error:")
    every = [card for card in get_engine().store.list(kind.key, 1_000, browser=session.browser()) if card["sweep"]]
    names = list(dict.fromkeys(([going.name] if going else []) + [card["sweep"] for card in every]))
    if not names:
        return
    chosen = st.selectbox("Results of", names, key=f"{kind.key}!sweep!shown{names[0]}") if len(names) > 1 else names[0]
    some = [card for card in every if card["sweep"] == chosen]
    metrics = cards_of.metric_names(some)
    if not some:
        st.caption("The first results appear when a run has ended.")
        return
    by = metric if metric in metrics else metrics[0]
    up = cards_of.higher_is_better(by)
    ranked = sorted(some, key=lambda card: _rank(card, by, up))
    fields = [name for name in cards_of.differing(some) if name in kind.domains()]
    best = ranked[0]
    if cards_of.last(best, by) is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            settings = cards_of.call({**best, "name": ""}, fields)
            reached = f"{by.replace('_', ' ')} {cards_of.last(best, by):.4g} after {best['step']:,} steps"
            st.markdown(f":material/trophy: **{settings}** is best of {len(some)}: {reached}.", width="stretch")
            st.button("Open the best", icon=":material/open_in_new:", key=f"{kind.key}!sweep!open", on_click=_open, args=(kind, best),
                      help="Sets this screen's controls to its settings.")  # fmt: skip
    if len(some) > 1 and fields:
        coordinates(some, fields, metrics, key=f"{kind.key}!sweep!{chosen}", metric=by)
    _table(kind, ranked, fields, metrics, best)
    page = st.session_state.get("!pages", {}).get("runs")
    if page is not None:
        st.page_link(page, label="Compare their curves on the screen of runs", icon=":material/monitoring:", query_params={"runs.sweep": chosen})


def _table(kind: type[Experiment], ranked: Sequence[cards_of.Card], fields: Sequence[str], metrics: Sequence[str], best: cards_of.Card) -> None:
    import pandas as pd

    def words(card: cards_of.Card, name: str) -> Any:
        value = cards_of.value_words(kind, name, card["experiment"][name])
        return value if all(isinstance(each["experiment"][name], (int, float)) for each in ranked) else str(value)

    rows = [{"": "🏆" if card is best else "", **{label(kind, name): words(card, name) for name in fields},
             **{name.replace("_", " "): cards_of.last(card, name) for name in metrics[:6]}, "state": card["state"], "steps": card["step"]} for card in ranked]  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True, height=min(38 + 35 * len(rows) + 2, 388), column_config={"": st.column_config.TextColumn(width=34)},
                 alt="The sweep's runs, best first")  # fmt: skip


def _rank(card: cards_of.Card, metric: str, up: bool) -> tuple[bool, float]:
    value = cards_of.last(card, metric)
    return (True, 0.0) if value is None or card["state"] == "failed" else (False, -value if up else value)


def _open(kind: type[Experiment], card: cards_of.Card) -> None:
    found = kind(**card["experiment"])
    ui.set_values(kind, **{name: getattr(found, name) for name in kind.domains()})


def _pace(run: Any) -> float | None:
    """Seconds a step of the run on screen."""
    seconds = run.seconds() if run is not None and run.step else []
    return float(seconds[-1]) / run.step if len(seconds) and seconds[-1] > 0 else None


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"about {seconds:,.0f} s" if seconds < 100 else f"about {seconds / 60:,.0f} min"
