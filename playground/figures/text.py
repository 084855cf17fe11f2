"""Pictures of text: marked words, weighed words, bars, pairs. Strings in, HTML out; what a person wrote is always escaped."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playground.explain.numbers import signed
from playground.figures import theme

NAMES = {"PER": ("person", 0), "LOC": ("place", 2), "ORG": ("organisation", 1)}
# Nouns and what stands with them, verbs and theirs, small words, the rest: colours tell the groups apart, letters the rest.
SPEECH = {"NOUN": 0, "PROPN": 5, "PRON": 0, "NUM": 5, "VERB": 1, "AUX": 1, "ADJ": 2, "ADV": 2, "DET": 8, "ADP": 3, "CCONJ": 3, "SCONJ": 3, "PART": 3, "INTJ": 4, "SYM": 8,
          "PUNCT": 8, "X": 8}  # fmt: skip

STYLE = """<style>
.tx { line-height: 2.05; font-size: 1.06rem; overflow-wrap: anywhere; white-space: pre-wrap; max-height: 26rem; overflow-y: auto; padding: .2rem .1rem; }
.tx span[title] { border-radius: 4px; padding: .12em 0; cursor: default; }
.tx span.mark { padding: .16em .42em; border-radius: 6px; white-space: pre-wrap; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
.tx span.mark sub { font-size: .64em; font-weight: 650; letter-spacing: .03em; margin-inline-start: .5em; vertical-align: baseline; opacity: .85; }
.tx.speech { line-height: 1.2; white-space: normal; display: flex; flex-wrap: wrap; gap: .5rem .3rem; }
.tx.speech > span { display: inline-flex; flex-direction: column; align-items: center; padding: .2rem .38rem .1rem; border-radius: 6px; }
.tx.speech > span.tight { padding-inline: .15rem; } .tx.speech small { font-size: .62rem; font-weight: 650; opacity: .8; letter-spacing: .02em; }
.tx .kept { border-radius: 4px; padding: .16em .1em; box-shadow: inset 0 -2px 0 currentColor; } .tx .kept b { font-size: .7em; vertical-align: super; margin-inline-end: .25em; }
.tb { display: grid; grid-template-columns: minmax(4.5rem, max-content) 1fr max-content; gap: .5rem .8rem; align-items: center; font-size: .95rem; max-width: 44rem; }
.tb > span:nth-child(3n+1) { max-width: 12rem; overflow-wrap: anywhere; } .tb > span:nth-child(3n) { font-variant-numeric: tabular-nums; text-align: right; opacity: .85; }
.tb .rail { background: color-mix(in srgb, currentColor 9%, transparent); border-radius: 5px; height: 1rem; position: relative; overflow: hidden; }
.tb .rail i { position: absolute; top: 0; bottom: 0; border-radius: 5px; } .tb .best { font-weight: 650; }
.tk { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .82rem; opacity: .85; margin-top: .3rem; }
.tk i { display: inline-block; width: .75em; height: .75em; border-radius: 3px; margin-inline-end: .4em; }
.tp { overflow-x: auto; padding-bottom: .3rem; } .tp table { border-collapse: separate; border-spacing: 2px; font-size: .74rem; margin: 0; }
.tp th { font-weight: 400; padding: 0 .3rem; text-align: end; max-width: 8rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; border: 0; }
.tp thead th { writing-mode: vertical-rl; transform: rotate(180deg); text-align: start; padding: .3rem 0; vertical-align: bottom; }
.tp td[title] { width: 1.35rem; min-width: 1.35rem; height: 1.35rem; border-radius: 3px; border: 0; padding: 0; }
.wide .tp table { font-size: .9rem; border-spacing: 3px; } .wide .tp td[title] { width: 2.1rem; min-width: 1.45rem; height: 1.8rem; }
.ts { display: flex; flex-direction: column; gap: .7rem; }
.ts > div { border: 1px solid color-mix(in srgb, currentColor 16%, transparent); border-radius: 10px; padding: .6rem .9rem; overflow-wrap: anywhere; }
.ts > div > small { opacity: .75; font-variant-numeric: tabular-nums; }
.tm { font-size: .84rem; opacity: .75; font-variant-numeric: tabular-nums; }
.big { font-size: 2rem; font-weight: 700; line-height: 1.15; } .big.long { font-size: 1.25rem; font-weight: 600; line-height: 1.4; }
.big small { font-size: 1rem; font-weight: 400; opacity: .75; margin-inline-start: .4rem; }
</style>"""


def tint(colour: int | str, strength: float) -> str:
    """A see-through colour that reads on light and on dark paper; strength in [0, 1]."""
    code = theme.category(colour) if isinstance(colour, int) else colour
    return f"color-mix(in srgb, {code} {100 * max(0.0, min(1.0, strength)):.0f}%, transparent)"


def safe(text: str) -> str:
    """The text as text, whatever signs it holds."""
    return html.escape(text, quote=True)


def block(inner: str, kind: str = "") -> str:
    """A piece of text with its own direction of writing."""
    return f'<div class="tx {kind}" dir="auto">{inner}</div>'


def big(words: str, beside: str = "") -> str:
    return f'<div class="big{" long" if len(words) > 60 else ""}" dir="auto">{safe(words)}<small>{safe(beside)}</small></div>'


def note(words: str) -> str:
    return f'<div class="tm">{safe(words)}</div>'


def bars(names: Sequence[str], values: Sequence[float], *, best: int | None = None, form: str = "{:.1%}", most: float = 1.0, two: bool = False) -> str:
    """A bar a name, the best in bold; with `two` the first is orange and the second blue, as negative and positive are."""
    rows = []
    for i, (name, value) in enumerate(zip(names, values, strict=True)):
        colour = (theme.NEGATIVE, theme.POSITIVE)[i] if two else theme.POSITIVE
        strength = 100 if two or i == best else 45
        bold = " class='best'" if i == best else ""
        width = 100 * max(0.0, min(1.0, value / most if most else 0.0))
        rows.append(f"<span{bold} dir='auto'>{safe(name)}</span><span class='rail'><i style='left:0;width:{width:.2f}%;background:{tint(colour, strength / 100)}'></i></span>"
                    f"<span{bold}>{form.format(value)}</span>")  # fmt: skip
    return f"<div class='tb' role='img' aria-label='{safe(', '.join(f'{name} {form.format(value)}' for name, value in zip(names, values, strict=True)))}'>{''.join(rows)}</div>"


def by_word(tokens: Sequence[tuple[int, int]], weights: Sequence[float], words: Sequence[int]) -> tuple[list[tuple[int, int]], list[float]]:
    """Places and weights of whole words: tokens of one word are added up."""
    places: list[tuple[int, int]] = []
    sums: list[float] = []
    last = None
    for (begin, end), weight, word in zip(tokens, weights, words, strict=True):
        if word == last and places:
            places[-1], sums[-1] = (places[-1][0], end), sums[-1] + weight
        else:
            places.append((begin, end))
            sums.append(float(weight))
        last = word
    return places, sums


def weighed(text: str, tokens: Sequence[tuple[int, int]], weights: Sequence[float], most: float | None = None) -> str:
    """The text with each piece tinted by its weight: blue speaks for, orange against; hover tells the number."""
    most = most or float(np.abs(weights).max(initial=0.0)) or 1.0
    parts, at = [], 0
    for (begin, end), weight in zip(tokens, weights, strict=True):
        begin = max(begin, at)
        if end <= begin:
            continue
        colour = theme.POSITIVE if weight >= 0 else theme.NEGATIVE
        parts += [safe(text[at:begin]), f'<span title="{signed(weight, 3)}" style="background:{tint(colour, 0.68 * abs(weight) / most)}">{safe(text[begin:end])}</span>']
        at = end
    return block("".join(parts) + safe(text[at:]))


def marked(text: str, names: Sequence[Mapping[str, Any]]) -> str:
    """The text with its names marked; hover tells the share."""
    parts, at = [], 0
    for each in names:
        words, colour = NAMES[each["kind"]]
        parts += [safe(text[at : each["begin"]]), f'<span class="mark" title="{words}, {each["share"]:.1%}" style="background:{tint(colour, 0.26)}">'
                  f'{safe(text[each["begin"] : each["end"]])}<sub>{words}</sub></span>']  # fmt: skip
        at = each["end"]
    return block("".join(parts) + safe(text[at:]))


def chosen(pieces: Sequence[str], shares: Sequence[float], others: Sequence[Sequence[tuple[str, float]]]) -> str:
    """Tokens in the order written, each over its share and the paler the surer; hover tells what else could have stood there."""
    cells = [f'<span title="{safe(" · ".join(f"{word.strip()} {other:.1%}" for word, other in row))}" style="background:{tint(1 if share < 0.5 else 0, 0.1 + 0.5 * (1 - share))}">'
             f"{safe(piece.strip()) or '␣'}<small>{share:.0%}</small></span>" for piece, share, row in zip(pieces, shares, others, strict=True)]  # fmt: skip
    return block("".join(cells), "speech")


def speech(text: str, words: Sequence[tuple[int, int]], tags: Sequence[str], shares: Sequence[float], meanings: Mapping[str, str]) -> str:
    """Every word over its part of speech."""
    cells = [f'<span class="{"tight" if tag == "PUNCT" else ""}" title="{safe(meanings.get(tag, tag))}, {share:.1%}" style="background:{tint(SPEECH.get(tag, 8), 0.2)}">'
             f"{safe(text[a:b])}<small>{safe(tag)}</small></span>" for (a, b), tag, share in zip(words, tags, shares, strict=True)]  # fmt: skip
    return block("".join(cells), "speech")


def graded(text: str, cut: Sequence[tuple[int, int]], strength: Sequence[float], chosen: Sequence[int] = (), what: str = "centrality") -> str:
    """The text with each sentence tinted by a number in [0, 1]; the chosen ones are underlined and numbered in the order of choice."""
    parts, at = [], 0
    for i, ((begin, end), value) in enumerate(zip(cut, strength, strict=True)):
        number = f"<b>{list(chosen).index(i) + 1}</b>" if i in chosen else ""
        parts += [safe(text[at:begin]), f'<span class="{"kept" if i in chosen else ""}" title="{what} {value:.2f}" style="background:{tint(0, 0.34 * max(value, 0.0) ** 1.5)}">'
                  f"{number}{safe(text[begin:end])}</span>"]  # fmt: skip
        at = end
    return block("".join(parts) + safe(text[at:]))


def answered(text: str, answers: Sequence[Mapping[str, Any]], cut: Sequence[tuple[int, int]], nearness: Sequence[float]) -> str:
    """The passage with the sentences tinted by nearness to the question, and the answers marked, the best one strongest."""
    edges: dict[int, list[str]] = {}
    low, high = min(nearness, default=0.0), max(nearness, default=1.0)
    for (begin, end), near in zip(cut, nearness, strict=True):
        share = (near - low) / (high - low) if high > low else 0.0
        edges.setdefault(begin, []).append(f'<span title="nearness {near:.2f}" style="background:{tint(0, 0.2 * share**2)}">')
        edges.setdefault(end, []).insert(0, "</span>")
    for rank, each in enumerate(sorted(answers, key=lambda one: -one["score"])):
        edges.setdefault(each["begin"], []).append(f'<span class="mark" title="{each["score"]:.1%}" style="background:{tint(1, 0.55 if rank == 0 else 0.18)}">')
        edges.setdefault(each["end"], []).insert(0, "</span>")
    places = sorted({0, len(text), *edges})
    return block("".join("".join(edges.get(a, ())) + safe(text[a:b]) for a, b in zip(places, [*places[1:], len(text)], strict=True)))


def pairs(rows: Sequence[str], columns: Sequence[str], values: np.ndarray, words: str = "Pairs of words and their share of the similarity", form: str = "{:+.4f}") -> str:
    """A table of pairs tinted by their share: blue adds to the similarity, orange takes away; `words` says to those who hear it what it holds."""
    most = float(np.abs(values).max(initial=0.0)) or 1.0
    head = "".join(f"<th>{safe(each)}</th>" for each in columns)
    body = "".join(f"<tr><th dir='auto'>{safe(row)}</th>" + "".join(
        f'<td title="{safe(row)} · {safe(column)}: {form.format(value)}" style="background:{tint(theme.POSITIVE if value >= 0 else theme.NEGATIVE, abs(value) / most)}"></td>'
        for column, value in zip(columns, line, strict=True)) + "</tr>" for row, line in zip(rows, values, strict=True))  # fmt: skip
    return f"<div class='tp'><table aria-label='{safe(words)}'><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def found(passages: Sequence[str], lines: Sequence[str]) -> str:
    """Passages one under the other, each with a line on how near it is."""
    return "<div class='ts'>" + "".join(f"<div dir='auto'>{safe(passage)}<br><small>{safe(line)}</small></div>" for passage, line in zip(passages, lines, strict=True)) + "</div>"


def key(entries: Sequence[tuple[str, int | str, float]]) -> str:
    """What the colours mean: (words, colour, strength) each."""
    return "<div class='tk'>" + "".join(f"<span><i style='background:{tint(colour, strength)}'></i>{safe(words)}</span>" for words, colour, strength in entries) + "</div>"


def scatter(data: Mapping[str, Any], lines: Sequence[str]) -> Any:
    """The map as a Plotly figure: a colour a group, the text by hover."""
    import textwrap

    import plotly.graph_objects as go

    figure = go.Figure()
    for number, typical in enumerate(data["typical"]):
        words = textwrap.shorten(lines[typical], 34, placeholder=" …")
        inside = np.flatnonzero(data["group"] == number)
        shown = ["<br>".join(map(safe, textwrap.wrap(lines[i], 56)[:5])) for i in inside]
        figure.add_scatter(x=data["x"][inside], y=data["y"][inside], mode="markers", name=safe(words), text=shown, hovertemplate="%{text}<extra></extra>",
                           marker={"size": 10, "color": theme.category(number), "line": {"width": 1, "color": "rgba(255,255,255,.7)"}})  # fmt: skip
    figure.update_layout(template=theme.template(), height=500, margin={"l": 8, "r": 8, "t": 8, "b": 8}, legend={"orientation": "h", "y": -0.02, "yanchor": "top"})
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    return figure
