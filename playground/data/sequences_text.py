"""Short texts to learn sign by sign: poems whose authors died long ago, generated names and numbers, and a text of one's own."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from playground.core.errors import UserError
from playground.core.limits import CHARACTER_KINDS, CHARACTERS, CHARACTERS_LEAST
from playground.core.randomness import numpy_stream

OWN = "own"

JABBERWOCKY = """'Twas brillig, and the slithy toves
Did gyre and gimble in the wabe;
All mimsy were the borogoves,
And the mome raths outgrabe.

"Beware the Jabberwock, my son!
The jaws that bite, the claws that catch!
Beware the Jubjub bird, and shun
The frumious Bandersnatch!"

He took his vorpal sword in hand:
Long time the manxome foe he sought --
So rested he by the Tumtum tree,
And stood awhile in thought.

And, as in uffish thought he stood,
The Jabberwock, with eyes of flame,
Came whiffling through the tulgey wood,
And burbled as it came!

One, two! One, two! And through and through
The vorpal blade went snicker-snack!
He left it dead, and with its head
He went galumphing back.

"And hast thou slain the Jabberwock?
Come to my arms, my beamish boy!
O frabjous day! Callooh! Callay!"
He chortled in his joy.

'Twas brillig, and the slithy toves
Did gyre and gimble in the wabe;
All mimsy were the borogoves,
And the mome raths outgrabe.
"""

SONNETS = """Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date:
Sometime too hot the eye of heaven shines,
And often is his gold complexion dimm'd;
And every fair from fair sometime declines,
By chance, or nature's changing course, untrimm'd;
But thy eternal summer shall not fade
Nor lose possession of that fair thou ow'st;
Nor shall Death brag thou wander'st in his shade,
When in eternal lines to time thou grow'st;
So long as men can breathe or eyes can see,
So long lives this, and this gives life to thee.

Let me not to the marriage of true minds
Admit impediments. Love is not love
Which alters when it alteration finds,
Or bends with the remover to remove:
O no! it is an ever-fixed mark
That looks on tempests and is never shaken;
It is the star to every wandering bark,
Whose worth's unknown, although his height be taken.
Love's not Time's fool, though rosy lips and cheeks
Within his bending sickle's compass come;
Love alters not with his brief hours and weeks,
But bears it out even to the edge of doom.
If this be error and upon me proved,
I never writ, nor no man ever loved.

My mistress' eyes are nothing like the sun;
Coral is far more red than her lips' red;
If snow be white, why then her breasts are dun;
If hairs be wires, black wires grow on her head.
I have seen roses damask'd, red and white,
But no such roses see I in her cheeks;
And in some perfumes is there more delight
Than in the breath that from my mistress reeks.
I love to hear her speak, yet well I know
That music hath a far more pleasing sound;
I grant I never saw a goddess go;
My mistress, when she walks, treads on the ground:
And yet, by heaven, I think my love as rare
As any she belied with false compare.
"""

_STARTS = ("al", "ber", "cor", "dan", "el", "fin", "gar", "hal", "is", "jor", "kel", "lin", "mar", "nor", "or", "per", "ras", "sel", "tor", "val", "wil", "yor", "zan")
_MIDDLES = ("a", "e", "i", "o", "da", "ne", "ri", "so", "va", "li")
_ENDS = ("na", "ra", "dor", "mir", "wen", "ric", "las", "bert", "th", "lia", "rin", "ven")
_ONES = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
         "eighteen", "nineteen")  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def names(count: int = 700) -> str:
    """Made-up names of two or three syllables, one a line."""
    draw = numpy_stream(0, "names")
    parts = [(draw.choice(_STARTS), draw.choice(_MIDDLES) if draw.random() < 0.6 else "", draw.choice(_ENDS)) for _ in range(count)]
    return "\n".join("".join(each).capitalize() for each in parts) + "\n"


def counting() -> str:
    """one, two, three … nine hundred and ninety-nine, in words."""
    return ", ".join(_spelt(number) for number in range(1, 400)) + ".\n"


def _spelt(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    tens = _ONES[rest] if rest < 20 else "-".join(each for each in (_TENS[rest // 10], _ONES[rest % 10]) if each)
    return " and ".join(each for each in (f"{_ONES[hundreds]} hundred" if hundreds else "", tens) if each)


TEXTS = {"names": "Names", "counting": "Counting in words", "jabberwocky": "Jabberwocky", "sonnets": "Three sonnets", OWN: "Your own"}
WORDS = {
    "names": "700 made-up names of two or three syllables, one a line.", "counting": "The numbers from one to three hundred and ninety-nine in words.",
    "jabberwocky": "Lewis Carroll's poem of 1871.", "sonnets": "Shakespeare's sonnets 18, 116 and 130, of 1609.", OWN: "Your own text.",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Text:
    """A text as numbers.

    Attributes:
        signs: The alphabet, in order.
        codes: (N,) int64, places in `signs`.
    """

    signs: str
    codes: np.ndarray
    title: str
    notes: tuple[str, ...] = ()


@functools.lru_cache(32)
def load(key: str, own: str = "") -> Text:
    """A text by key; `own` is the digest of an uploaded one.

    Raises:
        UserError: When uploaded data is not on this machine.
    """
    if key != OWN:
        written = {"names": names, "counting": counting, "jabberwocky": lambda: JABBERWOCKY, "sonnets": lambda: SONNETS}[key]()
        return _coded(written, TEXTS[key])
    from playground.data import shelf

    arrays, about = shelf.get(own)
    return _coded(np.asarray(arrays["text"], np.uint8).tobytes().decode("utf-8"), about["title"], tuple(about["notes"]))


def _coded(text: str, title: str, notes: tuple[str, ...] = ()) -> Text:
    signs = "".join(sorted(set(text)))
    place = {sign: i for i, sign in enumerate(signs)}
    return Text(signs, np.array([place[sign] for sign in text], np.int64), title, notes)


def prepare(name: str, text: str) -> tuple[dict[str, np.ndarray], dict[str, object]]:
    """An uploaded text as `shelf.put` takes it: line ends unified, rare signs replaced, at most so long.

    Raises:
        UserError: When it is too short, or one sign over and over.
    """
    text = "".join(sign for sign in text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ") if sign == "\n" or sign.isprintable())
    notes = []
    if len(text) > CHARACTERS:
        notes.append(f"Only the first {CHARACTERS:,} of {len(text):,} signs are used.")
        text = text[:CHARACTERS]
    if len(text) < CHARACTERS_LEAST:
        raise UserError(f"{name} has {len(text):,} readable signs; at least {CHARACTERS_LEAST} are needed.", "Upload a longer text.", field="own")
    counts = {sign: text.count(sign) for sign in set(text)}
    if len(counts) < 2:
        raise UserError(f"{name} repeats one sign: there is nothing to learn.", "Upload another text.", field="own")
    if len(counts) > CHARACTER_KINDS:
        kept = set(sorted(counts, key=lambda sign: (-counts[sign], sign))[: CHARACTER_KINDS - 1])
        text = "".join(sign if sign in kept else "\N{REPLACEMENT CHARACTER}" for sign in text)
        notes.append(f"It has {len(counts):,} different signs; the {len(counts) - len(kept):,} rarest are written as one.")
    return {"text": np.frombuffer(text.encode("utf-8"), np.uint8)}, {"title": name[:80], "notes": notes}
