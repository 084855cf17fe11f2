"""A text coloured sign by sign by what a unit holds there, as HTML."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np

from playground.explain import numbers
from playground.figures import theme

STYLE = """<style>
.rread { font: 0.98rem/1.85 ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere;
  max-height: 30rem; overflow-y: auto; padding: .2rem .1rem; }
.rread span { border-radius: 3px; padding: .14em 0; cursor: default; } .rread span:hover { outline: 2px solid currentColor; outline-offset: -1px; }
.rkey { display: flex; align-items: center; gap: .6rem; font-size: .84rem; opacity: .85; margin-top: .4rem; }
.rkey i { display: inline-block; width: 9rem; max-width: 40vw; height: .7rem; border-radius: 4px; }
</style>"""
MOST_SURPRISE = 6.0  # nats that are drawn in full colour: one sign in four hundred


def coloured(text: str, values: np.ndarray, surprise: np.ndarray, guesses: Sequence[Sequence[tuple[str, float]]], *, signed: bool = True) -> str:
    """Every sign on a tint of its value, with the value, the surprise and the likeliest next signs in its tooltip.

    Args:
        values: In [-1, 1], blue above 0 and orange below; or, not `signed`, from 0 on, in one colour.
    """
    pieces = []
    for sign, value, cost, next_ones in zip(text, values.tolist(), surprise.tolist(), guesses, strict=True):
        colour = (theme.POSITIVE if value >= 0 else theme.NEGATIVE) if signed else theme.category(3)
        strength = min(1.0, abs(value)) if signed else min(1.0, value / MOST_SURPRISE)
        told = " · ".join(f"{shown(each)} {share:.0%}" for each, share in next_ones)
        words = f"{shown(sign)}  unit {numbers.signed(value)} · surprise {cost:.2f} nats · next: {told}" if signed else f"{shown(sign)}  surprise {cost:.2f} nats · next: {told}"
        mark = "↵\n" if sign == "\n" else html.escape(sign, quote=True)
        pieces.append(f'<span title="{html.escape(words, quote=True)}" style="background:color-mix(in srgb, {colour} {85 * strength:.0f}%, transparent)">{mark}</span>')
    return f'{STYLE}<div class="rread" role="img" aria-label="The text, each sign coloured by the chosen number">{"".join(pieces)}</div>'


def key(signed: bool = True) -> str:
    """What the colours mean."""
    if signed:
        return (f'<div class="rkey"><span>−1</span><i style="background:linear-gradient(90deg, {theme.NEGATIVE}, transparent, {theme.POSITIVE})"></i><span>+1</span>'
                "<span>tanh of the unit's cell state after the sign</span></div>")  # fmt: skip
    return (f'<div class="rkey"><span>0</span><i style="background:linear-gradient(90deg, transparent, {theme.category(3)})"></i><span>{MOST_SURPRISE:g} nats</span>'
            "<span>−ln of the share that the network gave the sign</span></div>")  # fmt: skip


def shown(sign: str) -> str:
    """A sign by itself, so that it can be seen."""
    return {"\n": "↵", " ": "␣"}.get(sign, sign)
