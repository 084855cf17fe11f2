"""Text as the language screens take it: checked, cleaned of what cannot be shown, and cut into words and sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from playground.core.errors import UserError
from playground.core.limits import TEXT_CHARACTERS

_KEPT = "\n\t"
# Letters and digits with inner apostrophes or points are one word; so is every other sign by itself.
_WORD = re.compile(r"https?://\S+|\w+(?:[’'.\-&]\w+)*|[^\w\s]", re.UNICODE)
_CLITIC = re.compile(r"(?i)^(.+?)(n['’]t|['’](?:s|re|ve|ll|d|m))$")
_ABBREVIATED = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|etc|e\.g|i\.e|No|Inc|Ltd|Co|Corp|Gen|Lt|Col|Sgt|Capt|Rev|Hon|Gov|Sen|Rep|U\.S|U\.K|a\.m|p\.m)|\b[A-Z])\.$")
_END = re.compile(r"[.!?…。！？]+[\"'”’)\]]*(?=\s|$)|\n\s*\n|\n(?=\s*[-•*])|(?<=[。！？])")


def clean(text: str, what: str = "The text", most: int = TEXT_CHARACTERS) -> str:
    """The text without signs that cannot be shown; line ends are all of one kind.

    Raises:
        UserError: When nothing that can be read is left, or it is longer than `most` characters.
    """
    if len(text) > most:
        raise UserError(f"{what} has {len(text):,} characters; at most {most:,} are read at once.", "Give a shorter part of it, or send it as a file of lines.", field="text")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = "".join(sign for sign in text if sign in _KEPT or unicodedata.category(sign) not in ("Cc", "Cs", "Cn")).strip()
    if not shown or not any(unicodedata.category(sign)[0] not in "CZ" for sign in shown):
        raise UserError(f"{what} is empty.", "Type a sentence, or take a sample.", field="text")
    return shown


def sentences(text: str) -> list[tuple[int, int]]:
    """Begin and end of each sentence, without the white space around it."""
    found, begin = [], 0
    for end in _END.finditer(text):
        if end.group().strip() and _ABBREVIATED.search(text, begin, end.end()):
            continue
        found.append((begin, end.end()))
        begin = end.end()
    found.append((begin, len(text)))
    return [each for span in found if (each := _stripped(text, *span))]


def words(text: str) -> list[tuple[int, int]]:
    """Begin and end of each word; "don't" is two, as in the treebanks: "do" and "n't"."""
    found = []
    for match in _WORD.finditer(text):
        begin, end = match.span()
        split = _CLITIC.match(match.group())
        found += [(begin, begin + split.start(2)), (begin + split.start(2), end)] if split else [(begin, end)]
    return found


def spelling(word: str) -> int:
    """How a word is spelt: 0 lower case, 1 capital first, 2 all capitals, 3 capitals inside, 4 digits, 5 no letter or digit."""
    if any(sign.isdigit() for sign in word):
        return 4
    if not any(sign.isalpha() for sign in word):
        return 5
    if word.isupper() and len(word) > 1:
        return 2
    if word[0].isupper() and not any(sign.isupper() for sign in word[1:]):
        return 1
    return 3 if any(sign.isupper() for sign in word) else 0


def spans(labels: Sequence[str]) -> list[tuple[int, int, str]]:
    """Entities as (first word, word after the last, kind) of BIO labels; an I- that continues nothing begins an entity."""
    found: list[tuple[int, int, str]] = []
    for i, label in enumerate(labels):
        mark, _, kind = label.partition("-")
        if mark == "I" and found and found[-1][1] == i and found[-1][2] == kind:
            found[-1] = (found[-1][0], i + 1, kind)
        elif mark in ("B", "I"):
            found.append((i, i + 1, kind))
    return found


def _stripped(text: str, begin: int, end: int) -> tuple[int, int] | None:
    part = text[begin:end]
    begin += len(part) - len(part.lstrip())
    return (begin, begin + len(part.strip())) if part.strip() else None
