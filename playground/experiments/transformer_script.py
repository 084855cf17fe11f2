"""The screen's writing as a script for transformers."""

from __future__ import annotations

from playground.data.texts import clean
from playground.experiments import transformer_models as models
from playground.experiments.text_settings import given
from playground.experiments.transformer_writing import Writing


def writing_script(view: Writing) -> str:
    """A program that reads the prompt and draws tokens by the same rules with transformers; its luck is torch's, so the words differ.

    Raises:
        UserError: When there is no prompt.
    """
    place = "./stories-gpt" if view.model == models.BUNDLED else view.model
    note = "# unpack stories-gpt.zip beside this script first\n" if view.model == models.BUNDLED else ""
    if view.temperature > 0:
        how = f"do_sample=True, temperature={view.temperature!r}, top_k={view.top_k}, top_p={view.top_p!r}, min_p={view.min_p!r}"
    else:
        how = "do_sample=False"
    return f'''"""Go on writing with {view.model}. Needs: pip install torch transformers"""

import torch
from transformers import GPT2LMHeadModel, PreTrainedTokenizerFast

{note}model = GPT2LMHeadModel.from_pretrained({place!r}, dtype=torch.float32).eval()
tokenizer = PreTrainedTokenizerFast.from_pretrained({place!r})
torch.manual_seed({view.seed})
ids = torch.tensor([tokenizer({clean(given(view.prompt), "The prompt")!r})["input_ids"]])
ids = ids[:, -model.config.n_positions // 2:]
count = min({view.count}, model.config.n_positions - ids.shape[1])
written = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=count, pad_token_id=0, {how})
print(tokenizer.decode(written[0], skip_special_tokens=True))
'''
