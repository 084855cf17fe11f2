"""The recipe of the bundled writer shakespeare-char: one LSTM layer that reads and writes Shakespeare sign by sign.

    python -m playground.zoo.recipes.characters train       goes on from its checkpoint; writes weights and card at the end
    python -m playground.zoo.recipes.characters evaluate    the bundled weights, measured now

The text is read in ROWS streams side by side, each carrying its state from window to window. Recurrent weights are dropped at random,
the same for a whole window (Merity et al. 2018, section 2), and so are outputs. AdamW with a short warm-up and a linear fall to zero;
products in bfloat16, sums in float32. A checkpoint is written every minute, from which training resumes with the same windows.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from playground.core.errors import UserError
from playground.zoo import language_characters
from playground.zoo.recipes import checkpoints

NAME = "shakespeare-char"
FILE, SHA256 = "tinyshakespeare.txt", "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
DATA = Path(__file__).resolve().parents[4] / "shared" / "data"  # beside the repository, or where PLAYGROUND_TRAINING_DATA points
LEARNT = 0.9  # of the text, from its beginning
UNITS, ROWS, WINDOW, PASSES = 512, 64, 64, 18
RATE, DECAY, WARM, CLIP, SEED = 4e-3, 0.01, 0.03, 1.0, 5
DROPPED_WEIGHTS, DROPPED_OUTPUTS = 0.25, 0.3


def text() -> str:
    """The whole text.

    Raises:
        UserError: When the file is not there, or is another one.
    """
    path = Path(os.environ.get("PLAYGROUND_TRAINING_DATA", DATA)) / FILE
    if not path.is_file():
        raise UserError(f"The training data {FILE} is not at {path.parent}.", "Set PLAYGROUND_TRAINING_DATA to the folder that holds it; the app itself never needs it.")
    packed = path.read_bytes()
    if hashlib.sha256(packed).hexdigest() != SHA256:
        raise UserError(f"{path} is not the text this recipe was written for.")
    return packed.decode("ascii")


class Session:
    """Network, optimizer and place in the training; iterating over it trains to the end and yields smoothed losses."""

    def __init__(self, written: str):
        self.signs = "".join(sorted(set(written)))
        place = {sign: i for i, sign in enumerate(self.signs)}
        codes = torch.tensor([place[sign] for sign in written])
        cut = int(LEARNT * len(codes))
        self.learnt, self.rest = codes[:cut], codes[cut:]
        with torch.random.fork_rng(devices=[]):  # what is drawn to start from is the recipe's own, whatever was drawn before
            torch.manual_seed(SEED)
            self.recurrent, self.readout = torch.nn.LSTM(len(self.signs), UNITS), torch.nn.Linear(UNITS, len(self.signs))
        with torch.no_grad():
            self.recurrent.bias_ih_l0[UNITS : 2 * UNITS] += 1.0  # the forget gate begins open (Jozefowicz et al. 2015)
        parts = {"recurrent": self.recurrent, "readout": self.readout}
        self.weights = {f"{part}.{name}": each for part, module in parts.items() for name, each in module.named_parameters()}
        self.optimizer = torch.optim.AdamW(self.weights.values(), lr=RATE, weight_decay=DECAY)
        self.windows = (len(self.learnt) // ROWS - 1 - WINDOW) // WINDOW  # of one pass
        self.updates = PASSES * self.windows
        self.step, self.seconds, self.loss = 0, 0.0, float("nan")
        self.carried = self._empty()

    def _empty(self) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.zeros(1, ROWS, UNITS), torch.zeros(1, ROWS, UNITS)

    def __iter__(self) -> Iterator[float]:
        while self.step < self.updates:
            started = time.process_time()
            loss = self._update()
            self.step += 1
            self.seconds += time.process_time() - started
            self.loss = loss if not np.isfinite(self.loss) else 0.98 * self.loss + 0.02 * loss
            yield self.loss

    def window(self) -> torch.Tensor:
        """(WINDOW + 1, ROWS) signs: every pass begins elsewhere, so that windows end elsewhere too."""
        turn, place = divmod(self.step, self.windows)
        begin = int(np.random.default_rng([SEED, turn]).integers(WINDOW)) + place * WINDOW
        starts = torch.arange(ROWS) * (len(self.learnt) // ROWS) + begin
        return self.learnt[starts + torch.arange(WINDOW + 1).unsqueeze(1)]

    def _update(self) -> float:
        place = self.step / self.updates
        self.optimizer.param_groups[0]["lr"] = RATE * min(place / WARM, (1 - place) / (1 - WARM))
        if self.step % self.windows == 0:
            self.carried = self._empty()
        signs = self.window()
        with torch.random.fork_rng(devices=[]), torch.autocast("cpu", dtype=torch.bfloat16):
            torch.manual_seed(SEED * 1_000_003 + self.step)  # what is dropped depends on the step alone: a resumed training drops the same
            thinned = {"weight_hh_l0": functional.dropout(self.recurrent.weight_hh_l0, DROPPED_WEIGHTS)}
            ahead, carried = torch.func.functional_call(self.recurrent, thinned, (functional.one_hot(signs[:-1], len(self.signs)).float(), self.carried))
            logits = self.readout(functional.dropout(ahead, DROPPED_OUTPUTS))
        loss = functional.cross_entropy(logits.float().flatten(0, 1), signs[1:].flatten())
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.weights.values(), CLIP)
        self.optimizer.step()
        self.carried = (carried[0].detach().float(), carried[1].detach().float())
        return loss.item()

    def arrays(self) -> dict[str, np.ndarray]:
        """The weights as they are kept, by their names in `networks.recurrent`."""
        return {name: value.detach().to(torch.float16).numpy() for name, value in self.weights.items()}

    def state(self) -> dict[str, Any]:
        """Everything a later training needs to go on as if there had been no break."""
        found: dict[str, Any] = {"h": self.carried[0].numpy(), "c": self.carried[1].numpy()}
        for name, value in self.weights.items():
            found |= {f"weights/{name}": value.detach().numpy(), **{f"{slot}/{name}": self.optimizer.state[value][slot].numpy() for slot in ("exp_avg", "exp_avg_sq", "step")}}
        return found | {"update": self.step, "updates": self.updates, "seconds": self.seconds, "loss": self.loss}

    def load(self, state: dict[str, Any]) -> None:
        if state["updates"] != self.updates:
            raise UserError(f"The checkpoint of {NAME} belongs to another training.", f"Delete {checkpoints.path(NAME)}.")
        for name, value in self.weights.items():
            value.data.copy_(torch.from_numpy(np.array(state[f"weights/{name}"])))
            self.optimizer.state[value] = {slot: torch.from_numpy(np.array(state[f"{slot}/{name}"])) for slot in ("exp_avg", "exp_avg_sq", "step")}
        self.carried = (torch.from_numpy(np.array(state["h"])), torch.from_numpy(np.array(state["c"])))
        self.step, self.seconds, self.loss = int(state["update"]), float(state["seconds"]), float(state["loss"])


def measured(weights: dict[str, np.ndarray], codes: torch.Tensor, signs: int) -> tuple[float, float]:
    """Cross-entropy in nats and share of right guesses a sign, over `codes` read once from an empty state with float32 weights."""
    units = weights["readout.weight"].shape[1]
    recurrent, readout = torch.nn.LSTM(signs, units), torch.nn.Linear(units, signs)
    for module, name in ((recurrent, "recurrent."), (readout, "readout.")):
        module.load_state_dict({key.removeprefix(name): torch.from_numpy(value.astype(np.float32)) for key, value in weights.items() if key.startswith(name)})
    total, right, carried, count = 0.0, 0, None, len(codes) - 1
    with torch.no_grad():
        for part, wanted in zip(codes[:-1].split(1024), codes[1:].split(1024), strict=True):
            ahead, carried = recurrent(functional.one_hot(part, signs).float(), carried)
            logits = readout(ahead)
            total += float(functional.cross_entropy(logits, wanted, reduction="sum"))
            right += int((logits.argmax(1) == wanted).sum())
    return total / count, right / count


def train(say: Callable[[str], Any] = print, minutes: float = math.inf) -> language_characters.CharacterCard | None:
    """Train, measure, and keep the network with its card; goes on from the checkpoint if there is one.

    Args:
        minutes: After these it stops at a checkpoint, from which the same command goes on, and returns None.
    """
    session, begun = Session(text()), time.monotonic()
    if checkpoints.resume(NAME, session):
        say(f"Going on after update {session.step} of {session.updates}.")
    clock = checkpoints.Clock(NAME, session)
    for loss in session:
        over = time.monotonic() - begun > 60 * minutes
        if over:
            clock.write()
        if clock.due() or over:
            say(f"update {session.step} of {session.updates}: loss {loss:.4f}, {session.seconds:.0f} s; on the first 20,000 signs of the rest "
                f"{measured(session.arrays(), session.rest[:20_000], len(session.signs))[0]:.4f}")  # fmt: skip
        if over and session.step < session.updates:
            return None
    made = language_characters.keep(NAME, session.arrays(), _about(session))
    checkpoints.forget(NAME)
    return made


def _scores(weights: dict[str, np.ndarray], session: Session) -> dict[str, float]:
    loss, right = measured(weights, session.rest, len(session.signs))
    return {"validation loss (nats a sign)": round(loss, 4), "validation accuracy": round(right, 4)}


def evaluate() -> dict[str, float]:
    """The scores of the bundled weights, measured now."""
    from safetensors.numpy import load_file

    language_characters.character_card(NAME)
    return _scores(load_file(language_characters.FOLDER / f"{NAME}.safetensors"), Session(text()))


def _about(session: Session) -> dict[str, Any]:
    return {
        "title": "Shakespeare, sign by sign", "task": "text generation", "words": "Writes lines that look like Shakespeare's plays, one sign after the other.",
        "signs": session.signs, "cell": "lstm", "units": UNITS, "data": "Tiny Shakespeare (Karpathy 2015): 40,000 lines of the plays", "licence": "public domain",
        "split": "trained on the first 90 % of the text; measured on the last 10 %, read once from an empty state", "scores": _scores(session.arrays(), session),
        "seconds": round(session.seconds), "date": datetime.datetime.now(datetime.UTC).date().isoformat(), "command": "python -m playground.zoo.recipes.characters train",
        "how": f"{PASSES} passes in {session.updates:,} updates of {ROWS} × {WINDOW} signs, AdamW, learning rate up to {RATE}, weight decay {DECAY}, recurrent weights dropped "
               f"{DROPPED_WEIGHTS:.0%}, outputs {DROPPED_OUTPUTS:.0%}, gradient clipped at {CLIP:g}, bfloat16 products, seed {SEED}",
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Train by the recipe, or measure the bundled network."""
    parser = argparse.ArgumentParser(prog="python -m playground.zoo.recipes.characters", description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=("train", "evaluate"))
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop training at a checkpoint after these; the same command goes on from it")
    parsed = parser.parse_args(arguments)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    try:
        made = train(lambda line: print(line, flush=True), parsed.minutes) if parsed.command == "train" else None
        if parsed.command == "train" and made is None:
            return 0
        scores = evaluate() if made is None else made.scores
    except UserError as error:
        print(f"playground: {error}", file=sys.stderr)
        return 2
    print("\n".join(f"{name}: {value:.4f}" for name, value in scores.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
