"""The GPT written out: equal to transformers' own, with a cache and without, opened and whole."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.errors import UserError
from playground.networks.gpt import GPT, Cache, Shape, published, read_shape, renamed
from playground.networks.gpt_open import walk
from playground.zoo import gpt

SHAPE = Shape(vocabulary=60, context=24, width=32, blocks=3, heads=4)


def small(shape=SHAPE, spread=6.0):
    """A GPT with weights large enough that its heads look at something."""
    made = GPT.fresh(shape, torch.Generator().manual_seed(1))
    for value in made.parameters():
        if value.ndim == 2:
            value.data *= spread
    return made.requires_grad_(False).eval()


@pytest.fixture(scope="module")
def theirs():
    """transformers' class, imported once."""
    from playground.core import torchvision_guard

    torchvision_guard.install()
    from transformers.models.gpt2.modeling_gpt2 import GPT2LMHeadModel

    return GPT2LMHeadModel


def test_logits_and_greedy_generation_of_the_bundled_model_agree_with_transformers(theirs):
    known = gpt.bundled("stories-gpt")
    other = theirs.from_pretrained(gpt.FOLDER / "stories-gpt", dtype=torch.float32).eval()
    ids = torch.tensor([known.tokenizer.encode("Once upon a time there was a fox who").ids])
    with torch.no_grad():
        torch.testing.assert_close(known.model(ids), other(ids).logits, atol=1e-4, rtol=0)
        expected = other.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=24, do_sample=False, pad_token_id=0)[0].tolist()
        cache, found, row = Cache(known.model.shape), ids[0].tolist(), ids
        for _ in range(24):
            row = known.model(row, cache, last=True)[0, -1].argmax()[None, None]
            found.append(int(row))
    assert found == expected


def test_weights_go_to_transformers_and_back(theirs):
    from transformers import GPT2Config

    ours = small()
    state = published(ours.state_dict())
    other = theirs(GPT2Config(**SHAPE.config())).eval()
    missing, unknown = other.load_state_dict(state, strict=False)
    other.tie_weights()
    assert not unknown and set(missing) <= {"lm_head.weight"}
    ids = torch.randint(60, (2, 20), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(ours(ids), other(ids).logits, atol=1e-4, rtol=1e-4)
    back = renamed(other.state_dict())
    assert back.keys() == ours.state_dict().keys() and all(torch.equal(back[name], value) for name, value in ours.state_dict().items())
    assert read_shape(other.config.to_dict()) == SHAPE


@settings(max_examples=12, deadline=None)
@given(first=st.integers(1, 20), seed=st.integers(0, 99))
def test_the_cache_changes_nothing(first, seed):
    ours = small()
    ids = torch.randint(60, (1, 24), generator=torch.Generator().manual_seed(seed))
    whole, cache = ours(ids), Cache(SHAPE)
    parts = [ours(ids[:, :first], cache)] + [ours(ids[:, i : i + 1], cache) for i in range(first, 24)]
    torch.testing.assert_close(torch.cat(parts, 1), whole, atol=2e-5, rtol=1e-4)


def test_what_is_opened_adds_up_to_the_whole():
    ours = small()
    ids = torch.arange(15)
    weights, streams = walk(ours, ids)
    torch.testing.assert_close(ours.scores(streams[-1]), ours(ids[None])[0], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, 4, 15))
    assert float(weights.triu(1).abs().max()) == 0.0


def test_a_head_switched_off_adds_nothing():
    ours, cut = small(), small()
    cut.blocks[1].mix.weight[:, 8:16] = 0.0  # what head 2 of 4 would write
    kept = torch.ones(3, 4)
    kept[1, 1] = 0.0
    ids = torch.arange(12)[None]
    torch.testing.assert_close(ours(ids, kept=kept), cut(ids), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(walk(ours, ids[0], kept)[1][-1], cut.stream(ids)[0], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("config", [{"model_type": "llama"}, {"model_type": "gpt2", "activation_function": "relu"},
                                    {"model_type": "gpt2", "scale_attn_by_inverse_layer_idx": True}])  # fmt: skip
def test_other_families_are_refused_in_words(config):
    with pytest.raises(UserError, match="cannot be opened"):
        read_shape(config)


def test_drawing_first_weights_leaves_the_global_luck_alone():
    before = torch.get_rng_state()
    one, other = small(), small()
    assert torch.equal(before, torch.get_rng_state()) and torch.equal(one.words.weight, other.words.weight)
