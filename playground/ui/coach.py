"""The coach: reads the run once a second and says, in plain words, what is wrong and what to change."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from playground.core.experiment import Experiment, label
from playground.core.text import to_text
from playground.explain.coach import Advice, Evidence, Rule, diagnose
from playground.runs.run import Run
from playground.ui.controls import set_values


def coach(run: Run, rules: Sequence[Rule]) -> None:
    """Show what the rules find in this run's own numbers; silent when nothing is wrong."""
    st.fragment(_coach, run_every=1.0 if run.active else None)(run, tuple(rules))


def _coach(run: Run, rules: tuple[Rule, ...]) -> None:
    evidence = Evidence(run.experiment, run.metrics(), run.view(), run.step, run.steps_per_epoch, run.state, run.diverged)
    for number, advice in enumerate(diagnose(evidence, rules)):
        box = st.error if advice.level == "problem" else st.info
        with st.container(key=f"coach-{number}"):
            box(f"**{advice.title}.** {advice.evidence} {advice.words}", icon=":material/school:")
            if advice.changes:
                kind = type(run.experiment)
                st.button(_words(kind, advice), key=f"coach-apply-{number}", on_click=set_values, args=(kind,), kwargs=dict(advice.changes))
                if st.session_state.get(f"coach-apply-{number}"):
                    st.rerun()


def _words(kind: type[Experiment], advice: Advice) -> str:
    parts = [f"{label(kind, name)} → {_shown(kind, name, value)}" for name, value in advice.changes.items() if value != ""]
    return "Apply: " + ", ".join(parts)


def _shown(kind: type[Experiment], name: str, value: Any) -> str:
    domain = kind.domains()[name]
    if domain.kind == "choices":
        return ", ".join(domain.words(each) for each in value)
    return domain.words(value) if domain.options else to_text(domain, value)
