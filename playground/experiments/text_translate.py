"""English to French by the bundled translator: sentence by sentence, with what it looked at and what else it considered."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from playground.core.errors import UserError
from playground.core.fields import choice, integer
from playground.core.limits import TRANSLATED_PARTS
from playground.data.texts import clean, sentences
from playground.experiments.stills import Still
from playground.experiments.text_settings import given, passage

if TYPE_CHECKING:
    from playground.zoo.translate import Bundled

NAME = "translate-en-fr"
EXAMPLE = "I have been waiting for you since seven o'clock."
JOINERS = "\ufe0f\u200d"  # signs that pictures are put together with
LOOKS = {"last": "Last block", "first": "First block", "mean": "Mean of all"}


class Translate(Still):
    """A text and how its translation is searched."""

    key: ClassVar[str] = "text_translate"
    title: ClassVar[str] = "Translation"
    page: ClassVar[str] = "text"

    beams: int = integer(4, 1, 8, label="Beams", help="How many beginnings are followed at once. 1 always takes the likeliest next token and never turns back.")
    looks: str = choice("last", LOOKS, label="Attention of", help="Which block of the decoder the table shows; its heads are averaged.")
    text: str = passage(EXAMPLE)

    def arguments(self) -> dict[str, Any]:
        """What `translate` takes.

        Raises:
            UserError: When there is nothing to read.
        """
        return {"text": clean(given(self.text)), "beams": self.beams}


def translate(text: str, beams: int = 4) -> dict[str, Any]:
    """The French of an English text; each sentence is translated by itself, and one that is too long in pieces.

    Returns:
        "text"; "parts": for each sentence or piece "english" (as it stands in the text), "source" and "target" (what each token reads as, the end included in "target"),
        "shares", "others" and "looks" as `zoo.translate.examine` gives them, "written", "score" (the geometric mean of the shares)
        and "also": other translations as [(text, score)]; "pieces": how many sentences were cut; "left": how many parts were left out;
        "milliseconds".
    """
    from playground.zoo import translate as zoo

    known = zoo.bundled(NAME)
    started = time.perf_counter()
    places, pieces = cut(known, text)
    ids = [known.encode(text[a:b]) for a, b in places[:TRANSLATED_PARTS]]
    found = zoo.ranked(known.model, ids, beams)
    parts = [{"english": text[a:b], **_part(known, *each)} for (a, b), *each in zip(places[: len(ids)], ids, found, strict=True)]
    return {"text": _joined(text, places, [each["written"] for each in parts]), "parts": parts, "pieces": pieces, "left": max(len(places) - TRANSLATED_PARTS, 0),
            "milliseconds": 1000 * (time.perf_counter() - started)}  # fmt: skip


def lines_of(texts: Sequence[str], beams: int = 4) -> list[dict[str, Any]]:
    """A record for each text: {"text", "translation", "score"}, or {"text", "problem"}; sentences of one length are written together."""
    from playground.zoo import translate as zoo

    known = zoo.bundled(NAME)
    records: list[dict[str, Any]] = []
    places: list[tuple[int, list[tuple[int, int]], str]] = []
    for i, each in enumerate(texts):
        try:
            text = clean(each)
            found, _ = cut(known, text)
            if len(found) > TRANSLATED_PARTS:
                raise UserError(f"This text has more than {TRANSLATED_PARTS} sentences.", "Send a shorter part of it.")
            places.append((i, found, text))
            records.append({"text": each})
        except UserError as error:
            records.append({"text": each, "problem": str(error)})
    ids = [known.encode(text[a:b]) for _, spans, text in places for a, b in spans]
    made = iter(zip(ids, zoo.ranked(known.model, ids, beams), strict=True))
    for i, spans, text in places:
        ranked = [next(made)[1][0] for _ in spans]
        shares = [worth * (len(tokens) + 1) ** zoo.LENGTH for worth, tokens in ranked]
        score = float(np.exp(sum(shares) / sum(len(tokens) + 1 for _, tokens in ranked)))
        records[i] |= {"translation": _joined(text, spans, [known.decode(tokens) for _, tokens in ranked]), "score": score}
    return records


def _part(known: Bundled, source: list[int], ranked: list[tuple[float, list[int]]]) -> dict[str, Any]:
    from playground.zoo import translate as zoo

    target = ranked[0][1]
    seen = zoo.examine(known, source, target)
    also = [(known.decode(tokens), float(np.exp(worth * (len(tokens) + 1) ** (zoo.LENGTH - 1)))) for worth, tokens in ranked[1:]]
    return {"source": known.pieces(source), "target": known.pieces([*target, 0]), "written": known.decode(target),
            "score": float(np.exp(np.log(seen["shares"]).mean())), "also": also, **seen}  # fmt: skip


def cut(known: Bundled, text: str) -> tuple[list[tuple[int, int]], int]:
    """(begin, end) of all that is translated by itself, and how many sentences had to be cut into pieces; what has no letter is left out.

    Raises:
        UserError: When nothing has a letter.
    """
    found: list[tuple[int, int]] = []
    pieces = 0
    for whole in sentences(text):
        a, b = _bare(text, *whole)
        if any(sign.isalpha() for sign in text[a:b]) and known.encode(text[a:b]):
            some = _halves(known, text, a, b)
            found += some
            pieces += len(some) > 1
    if not found:
        raise UserError("There is no word in this text that could be translated.", "Type an English sentence, or take a sample.", field="text")
    return found, pieces


def _bare(text: str, begin: int, end: int) -> tuple[int, int]:
    """The stretch without pictures and stars at its ends, which stay as they are."""
    drawn = [i for i in range(begin, end) if not text[i].isspace() and text[i] not in JOINERS and unicodedata.category(text[i]) not in ("So", "Sk")]
    return (drawn[0], drawn[-1] + 1) if drawn else (begin, begin)


def _halves(known: Bundled, text: str, begin: int, end: int) -> list[tuple[int, int]]:
    """The stretch, or its halves and theirs, until each has no more tokens than the model reads; cut behind a comma if there is one, else between words."""
    from playground.zoo.translate import MOST

    if len(known.encode(text[begin:end])) <= MOST:
        return [(begin, end)]
    middle, quarter = (begin + end) // 2, (end - begin) // 4
    for signs in (r"[,;:](?=\s)", r"\s"):
        if spots := [found.end() for found in re.compile(signs).finditer(text, begin + quarter, end - quarter)]:
            middle = min(spots, key=lambda spot: abs(spot - middle))
            break
    halves = [_halves(known, text, *_stripped(text, *span)) for span in ((begin, middle), (middle, end)) if text[slice(*span)].strip()]
    return [each for some in halves for each in some]


def _stripped(text: str, begin: int, end: int) -> tuple[int, int]:
    whole = text[begin:end]
    return begin + len(whole) - len(whole.lstrip()), end - (len(whole) - len(whole.rstrip()))


def _joined(text: str, places: Sequence[tuple[int, int]], written: Sequence[str]) -> str:
    """The translations with what stands between them: signs without letters as they are, line breaks where there were some."""
    edges = [0, *(edge for place in places[: len(written)] for edge in place)]
    between = [text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=False)]
    between.append(text[edges[-1] :] if len(written) == len(places) else "")
    gaps = [each if each.strip() else "\n\n" if each.count("\n") > 1 else "\n" if "\n" in each else " " for each in between]
    return "".join(gap + each for gap, each in zip(gaps, [*written, ""], strict=True)).strip()


def attention(part: dict[str, Any], looks: str) -> Any:
    """(T, S): how much each written token looked at each source token, heads averaged."""
    whole = part["looks"].mean(1)
    return whole.mean(0) if looks == "mean" else whole[-1 if looks == "last" else 0]


def unsure(part: dict[str, Any], most: int = 3) -> list[int]:
    """Places of the tokens it was least sure of, the least sure first; none that had more than nine parts in ten."""
    order = np.argsort(part["shares"], kind="stable")[:most]
    return [int(i) for i in order if part["shares"][i] < 0.9]


def most() -> int:
    """Tokens of a sentence that are read at once."""
    from playground.zoo import translate as zoo

    return zoo.MOST
