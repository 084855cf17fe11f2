"""The shared pieces of every screen: heading, explanations, glossary, tasks, references, plain words for errors."""

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec

import streamlit as st

from playground.core.errors import UserError
from playground.runs.engine import get_engine

P = ParamSpec("P")


def intro(title: str, sentence: str) -> None:
    """The screen's title and one or two sentences on what to look for."""
    st.title(title, anchor=False)
    st.markdown(sentence)


@contextlib.contextmanager
def plain_words() -> Iterator[None]:
    """A UserError inside is shown as a sentence; the rest of the page goes on."""
    try:
        yield
    except UserError as error:
        st.error(str(error), icon=":material/error:")


def compute(function: Callable[..., Any], **arguments: Any) -> Any:
    """A public torch function of this package, run in a warm evaluator process; the last answers are kept.

    Raises:
        UserError: As raised by the function, or when it takes too long.
    """
    return _computed(f"{function.__module__}:{function.__qualname__}", function, arguments)


@st.cache_data(max_entries=256, show_spinner=False)
def _computed(where: str, _function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    return get_engine().compute(_function, **arguments)


def plot(figure: Any, *, key: str, alt: str, height: int | str = "content") -> None:
    """A Plotly figure in the house theme, for what is read at leisure."""
    st.plotly_chart(figure, key=key, alt=alt, height=height, theme="streamlit", config={"displaylogo": False, "scrollZoom": False})


@contextlib.contextmanager
def explain(title: str = "The maths") -> Iterator[None]:
    """A collapsible section; put the formula in LaTeX and the current numbers into it."""
    with st.expander(title, icon=":material/function:"):
        yield


def glossary(terms: Mapping[str, str] | Iterable[str]) -> None:
    """Words and their meaning. Bare words are looked up in `core.glossary`."""
    if not isinstance(terms, Mapping):
        from playground.core.glossary import GLOSSARY

        terms = {term: GLOSSARY[term] for term in terms}
    with st.expander("Words", icon=":material/menu_book:"):
        st.markdown("\n\n".join(f"**{term}** — {meaning}" for term, meaning in terms.items()))


@dataclass(frozen=True)
class Task:
    """Something to try; `done` is read from the screen's own state, so it ticks itself."""

    id: str
    words: str
    done: bool


def tasks(items: Iterable[Task]) -> None:
    """“Try this”: each task ticks itself when done, and stays ticked for this visit."""
    ticked: set[str] = st.session_state.setdefault("!tasks", set())
    listed = list(items)
    ticked.update(each.id for each in listed if each.done)
    with st.container(border=True, key="tasks"):
        st.markdown("**Try this**")
        for each in listed:
            mark = ":green[:material/check_circle:]" if each.id in ticked else ":material/radio_button_unchecked:"
            st.markdown(f"{mark} {each.words}")


def references(sources: Iterable[str]) -> None:
    """Where the methods come from, at the foot of the screen."""
    st.caption("Sources: " + " · ".join(sources))


def watched(function: Callable[P, None], seconds: float | None = 1.0) -> Callable[P, None]:
    """`function` as a part of the page that repeats itself every `seconds` while the rest stands still."""

    @functools.wraps(function)
    def call(*arguments: P.args, **named: P.kwargs) -> None:
        st.fragment(function, run_every=seconds)(*arguments, **named)

    return call
