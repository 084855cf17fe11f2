"""Programs to take home: the answer on the screen again, in plain PyTorch and transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playground.zoo import language, language_cards

_CLASSIFY = '''"""{title}: the answer on the screen, again. Put {name}.safetensors beside this file.

    pip install torch transformers safetensors {package}=={version}
"""

from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer, BertModel

TEXT = {text!r}
CLASSES = {classes!r}

folder = Path(find_spec({module!r}).submodule_search_locations[0]) / "model"  # its files are read, its code is not run
tokenizer = AutoTokenizer.from_pretrained(folder)
encoder = BertModel.from_pretrained(folder).eval()
learnt = {{name: value.float() for name, value in load_file(Path(__file__).with_name("{name}.safetensors")).items()}}

LAYERS = {{"query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value", "mix": "attention.output.dense",
          "up": "intermediate.dense", "down": "output.dense"}}
for key in [key for key in learnt if key.startswith("encoder.") and key.endswith(".up")]:  # each change is up @ down
    block, layer = key.split(".")[2:4]
    with torch.no_grad():
        encoder.encoder.layer[int(block)].get_submodule(LAYERS[layer]).weight += learnt[key] @ learnt[key[:-2] + "down"]

ids = tokenizer(TEXT, add_special_tokens=False, truncation=False)["input_ids"]
logits, total = 0, 0
for start in range(0, max(1, len(ids)), {inner}):  # windows of {window} tokens, weighted by their length
    window = torch.tensor([[{first}, *ids[start : start + {inner}], {last}]])
    with torch.no_grad():
        mean = encoder(input_ids=window).last_hidden_state.mean(1)
    logits = logits + window.shape[1] * (mean @ learnt["heads.{name}.weight"].T + learnt["heads.{name}.bias"])[0]
    total += window.shape[1]
for name, share in zip(CLASSES, (logits / total).softmax(0).tolist()):
    print(f"{{name}}: {{share:.4f}}")
'''


def classify_script(model: str, text: str) -> str:
    """A program that prints the shares of one text's classes."""
    card = language_cards.language_card(model)
    return _CLASSIFY.format(title=card.title, name=model, package=language.PACKAGE, version=language.VERSION, module=language.PACKAGE.replace("-", "_"), text=text,
                            classes=list(card.classes[model]), inner=language.WINDOW - 2, window=language.WINDOW, first=language.CLASSIFY, last=language.SEPARATE)  # fmt: skip


def weights(model: str) -> bytes:
    """The file that the program reads."""
    return Path(language_cards.FOLDER / f"{language_cards.language_card(model).name}.safetensors").read_bytes()


def files(model: str, text: str) -> list[tuple[str, Any, str, str]]:
    """(words, maker, name, icon) of each file."""
    return [("This answer (Python script)", lambda: classify_script(model, text), f"{model}.py", "code"),
            ("Its weights (safetensors)", lambda: weights(model), f"{model}.safetensors", "deployed_code")]
