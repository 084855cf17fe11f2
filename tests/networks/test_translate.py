"""The encoder and decoder for translation: PyTorch's own layers, number by number."""

import torch
from torch import nn
from torch.nn import functional

from playground.networks.translate import Attention, Reader, Shape, Translator, Writer

SHAPE = Shape(vocabulary=11, context=9, width=16, inner=24, encoders=2, decoders=2, heads=4)
KIND = {"d_model": 16, "nhead": 4, "dim_feedforward": 24, "dropout": 0.0, "batch_first": True, "norm_first": True, "bias": False}


def gelu(hidden):
    return functional.gelu(hidden, approximate="tanh")


def drawn(module, seed=0):
    generator = torch.Generator().manual_seed(seed)
    for value in module.parameters():
        value.data.normal_(0.0, 0.4, generator=generator)
    return module.requires_grad_(False).eval()


def fill(theirs: nn.MultiheadAttention, ours: Attention):
    theirs.in_proj_weight.data = torch.cat((ours.query.weight, ours.pair.weight))
    theirs.out_proj.weight.data = ours.mix.weight


def test_a_block_that_reads_is_that_of_pytorch():
    ours, theirs = drawn(Reader(SHAPE)), nn.TransformerEncoderLayer(activation=gelu, **KIND).eval()
    fill(theirs.self_attn, ours.own)
    theirs.norm1, theirs.norm2, theirs.linear1, theirs.linear2 = ours.norm_self, ours.norm_mlp, ours.mlp.up, ours.mlp.down
    hidden = torch.randn(3, 6, 16, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(ours(hidden), theirs(hidden), rtol=1e-5, atol=1e-5)


def test_a_block_that_writes_is_that_of_pytorch():
    ours, theirs = drawn(Writer(SHAPE)), nn.TransformerDecoderLayer(activation=gelu, **KIND).eval()
    fill(theirs.self_attn, ours.own)
    fill(theirs.multihead_attn, ours.cross)
    theirs.norm1, theirs.norm2, theirs.norm3, theirs.linear1, theirs.linear2 = ours.norm_self, ours.norm_cross, ours.norm_mlp, ours.mlp.up, ours.mlp.down
    generator = torch.Generator().manual_seed(2)
    hidden, source = torch.randn(3, 5, 16, generator=generator), torch.randn(3, 7, 16, generator=generator)
    expected = theirs(hidden, source, tgt_mask=nn.Transformer.generate_square_subsequent_mask(5), tgt_is_causal=True)
    torch.testing.assert_close(ours(hidden, ours.cross.pairs(source)), expected, rtol=1e-5, atol=1e-5)


def test_token_by_token_gives_what_the_whole_gives_and_looks_are_shares():
    model = drawn(Translator(SHAPE))
    source, target = torch.tensor([[1, 2, 3, 4], [5, 6, 7, 8]]), torch.tensor([[0, 3, 2, 5, 1], [0, 9, 9, 4, 2]])
    sources, past = model.read(source), [[], []]
    single = torch.cat([model.write(target[:, place : place + 1], sources, past) for place in range(5)], 1)
    torch.testing.assert_close(model.scores(single), model(source, target), rtol=1e-4, atol=1e-4)
    looks = model.looks(target, sources)
    assert looks.shape == (2, 2, 4, 5, 4)
    torch.testing.assert_close(looks.sum(-1), torch.ones(2, 2, 4, 5))


def test_the_first_weights_follow_from_the_seed_and_score_all_tokens_alike():
    one, same, other = (Translator.fresh(SHAPE, torch.Generator().manual_seed(seed)) for seed in (3, 3, 4))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), same.parameters(), strict=True))
    assert not torch.equal(one.words.weight, other.words.weight)
    with torch.no_grad():
        assert float(one(torch.tensor([[1, 2]]), torch.tensor([[0]])).softmax(-1).max()) < 0.2
