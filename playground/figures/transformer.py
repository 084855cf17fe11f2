"""Pictures of one pass through a GPT: attention of every head, bars of the next token. Arrays in, specs of the components out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playground.figures.panels import Panel
from playground.functions.transformer_sampling import REASONS, Choice, choose_from, divergence, entropy, softmax

Data = Mapping[str, Any]
BARS = 14  # tokens that get a bar


def heads(data: Data, chosen: Sequence[int], token: int, kinds: Mapping[str, str], *, key: str = "heads", causal: bool = True, off: Sequence[Sequence[int]] = (),
          hint: str = "press one to open it", notes: Sequence[Sequence[str]] | None = None) -> Panel:  # fmt: skip
    """Attention of every head for `components/transformer_heads.js`.

    Args:
        data: "weights" (blocks, heads, T, T), "words", "patterns"; "ids" and "bytes" where there are any.
        chosen: Block and head that is drawn large.
        kinds: Words of each pattern.
        off: Heads that are crossed out.
        notes: A line for each head's tooltip.
    """
    blocks, count = data["weights"].shape[0], data["weights"].shape[1]
    spec = {"kind": "heads", "chosen": list(chosen), "token": token, "causal": causal, "kinds": dict(kinds), "off": [list(each) for each in off], "hint": hint,
            "notes": [list(row) for row in notes] if notes else None, "tips": tips(data),
            "alt": f"Attention of {blocks} blocks with {count} heads each; rows of every small picture are tokens that look, columns those looked at"}  # fmt: skip
    return Panel(key, spec, {"weights": np.asarray(data["weights"]), "words": list(data["words"]), "patterns": data.get("patterns")}, drags=True)


def tips(data: Data) -> list[str]:
    """Number and bytes of each token."""
    return [f"token {number}, bytes {each}" for number, each in zip(data.get("ids", ()), data.get("bytes", ()), strict=True)]


def following(logits: np.ndarray, words: Sequence[str], sampling: Mapping[str, Any], *, key: str = "next", press: str = "Press to append it to the prompt.") -> Panel:
    """Bars of the likeliest next tokens under temperature and cuts, for `components/transformer_next.js`.

    Args:
        logits: (V,).
        words: All V tokens in words.
        sampling: What `choose_from` takes.
    """
    choice = choose_from(logits, **sampling)
    order = np.argsort(-np.asarray(logits), kind="stable")[:BARS]
    rows = [{"id": int(i), "word": words[i], "logit": float(logits[i]), "share": float(choice.shares[i]), "kept": float(choice.kept[i]), "first": 0.0,
             "cut": REASONS[choice.cut[i]] if choice.cut[i] else ""} for i in order]  # fmt: skip
    if sampling["temperature"] <= 0:
        rows = [row | {"cut": "T = 0" if row["cut"] else ""} for row in rows]
    most = max(max(row["share"], row["kept"]) for row in rows)
    spec = {"kind": "next", "rows": rows, "most": most, "heads": ["token", "share", "logit", "drawn with"], "first": False, "press": press, "note": _note(choice, sampling),
            "alt": f"The likeliest next token is “{words[order[0]]}” with {choice.kept[order[0]]:.1%}"}  # fmt: skip
    return Panel(key, spec, drags=True)


def _note(choice: Choice, sampling: Mapping[str, Any]) -> list[list[Any]]:
    left, total = int((choice.cut == 0).sum()), len(choice.shares)
    lost = float(choice.shares[choice.cut != 0].sum())
    said: list[list[Any]] = [[f"{left:,}", True], [f" of {total:,} tokens can be drawn", False]]
    if left < total and sampling["temperature"] > 0:
        said += [[f"; what is cut had {lost:.1%} of the shares", False]]
    bits = entropy(choice.kept)
    return [*said, [". Entropy ", False], [f"{bits:.2f} bits", True], [f": as hard as choosing among {2**bits:,.0f} equally likely tokens.", False]]


def beside(one: np.ndarray, other: np.ndarray, words: Sequence[str], titles: tuple[str, str], *, key: str = "beside") -> Panel:
    """Bars of two passes: the first thin and grey, the second below it in blue."""
    a, b = softmax(one), softmax(other)
    order = np.argsort(-np.maximum(a, b), kind="stable")[:BARS]
    rows = [{"id": int(i), "word": words[i], "logit": float(other[i]), "share": float(b[i]), "kept": float(b[i]), "first": float(a[i]), "cut": ""} for i in order]
    spec = {"kind": "next", "rows": rows, "most": float(max(a[order].max(), b[order].max())), "heads": ["token", f"{titles[0]} (grey), {titles[1]} (blue)", titles[0], titles[1]],
            "first": True, "press": "", "note": [["The prediction moves by ", False], [f"{divergence(a, b):.3f} bits", True], [" (Kullback-Leibler divergence).", False]],
            "alt": f"Shares of the likeliest next tokens, {titles[0]} and {titles[1]}"}  # fmt: skip
    return Panel(key, spec, drags=True)


def lens(data: Data, tint: str) -> Panel:
    """The likeliest token after each block, for `components/transformer_lens.js`; `tint` is "shares", "answer" or "true"."""
    spec = {"kind": "lens", "words": list(data["words"]), "top": data["top"], "tint": tint, "alt": "The likeliest next token after each block, at every token"}
    return Panel("lens", spec, {name: np.asarray(data[name], np.float32) for name in ("shares", "answer", "true")})


def rise(data: Data) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Share of the final answer at the last token, by block: spec and arrays of `ui.lines`."""
    from playground.figures import canvas, theme

    answer = np.asarray(data["answer"], np.float64)[:, -1]
    word = data["top"][-1][-1][0].strip() or "space"
    spec = canvas.curves("after block", f"share of “{word}”", x="block", series=[canvas.series(word, "answer_share", color=theme.POSITIVE)], switches=False, y_range=(0.0, 1.0),
                         alt=f"Share of the final answer {word} by block")  # fmt: skip
    return spec, {"block": np.arange(len(answer), dtype=np.float64), "answer_share": answer}


def worth(data: Data) -> list[list[str]]:
    """What is said of each head when it is pointed at."""
    return [[f"off alone: moves the prediction by {value:.3f} bits" for value in row] for row in data["worth"]]


def worth_map(data: Data) -> str:
    """A table of all heads, tinted by what switching each off does."""
    from playground.figures import theme
    from playground.figures.text import safe, tint

    most = float(data["worth"].max()) or 1.0
    head = "".join(f"<th style='writing-mode:horizontal-tb;transform:none;text-align:center'>head {i + 1}</th>" for i in range(data["worth"].shape[1]))
    look = "width:4rem;text-align:center;padding:.2rem .5rem"
    body = "".join(f"<tr><th>block {b + 1}</th>" + "".join(
        f"<td title='{safe(f'block {b + 1}, head {h + 1}: {value:.3f} bits')}' style='background:{tint(theme.NEGATIVE, float(value) / most)};{look}'>{value:.2f}</td>"
        for h, value in enumerate(row)) + "</tr>" for b, row in enumerate(data["worth"]))  # fmt: skip
    words = "Bits by which the prediction moves when each head alone is off"
    return f"<div class='tp'><table aria-label='{words}'><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def timing() -> dict[str, Any]:
    """Milliseconds a token by length of the text, with and without cache."""
    from playground.figures import canvas, theme

    series = [canvas.series("without cache", "plain", color=theme.NEGATIVE), canvas.series("with cache", "cached", color=theme.POSITIVE)]
    return canvas.curves("tokens read so far", "milliseconds for the next token", x="lengths", series=series,
                         alt="Time for one more token by length of the text, with and without cache")  # fmt: skip
