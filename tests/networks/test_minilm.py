"""The encoder written out: equal to transformers' own, and changed by low rank as the paper says."""

import pytest
import torch

from playground.networks import minilm


@pytest.fixture
def pair():
    """A small encoder with random weights, and transformers' BertModel with the same."""
    from playground.core import torchvision_guard

    torchvision_guard.install()
    from transformers.models.bert.configuration_bert import BertConfig
    from transformers.models.bert.modeling_bert import BertModel

    torch.manual_seed(0)
    settings = BertConfig(vocab_size=50, hidden_size=24, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, max_position_embeddings=512)
    theirs = BertModel(settings).eval()
    ours = minilm.Encoder(2, 24, 48, 4, 50)
    ours.load_state_dict(minilm.renamed(theirs.state_dict()))
    return ours.eval(), theirs


def test_it_computes_what_transformers_computes(pair):
    ours, theirs = pair
    ids = torch.randint(1, 50, (3, 9))
    mask = torch.arange(9) < torch.tensor([9, 6, 2])[:, None]
    parts = (torch.arange(9) > 4).long().expand(3, -1)
    with torch.no_grad():
        expected = theirs(input_ids=ids, attention_mask=mask.long(), token_type_ids=parts).last_hidden_state
        found = ours(ours.embed(ids, parts), mask)
    torch.testing.assert_close(found[mask], expected[mask], atol=2e-6, rtol=1e-5)


def test_the_mean_counts_only_the_tokens_there_are():
    hidden = torch.randn(2, 5, 3)
    mask = torch.tensor([[True] * 5, [True, True, False, False, False]])
    torch.testing.assert_close(minilm.mean(hidden, mask)[1], hidden[1, :2].mean(0))
    torch.testing.assert_close(minilm.mean(hidden, None), hidden.mean(1))


def test_a_change_begins_as_nothing_and_merging_it_changes_no_answer(pair):
    ours, _ = pair
    ids = torch.randint(1, 50, (2, 7))
    with torch.no_grad():
        plain = minilm.mean(ours(ours.embed(ids), None), None)
        model = minilm.Adapted(ours, {"class": 3}, first=1, rank=4).eval()
        torch.testing.assert_close(model.upper(model.encoder(model.encoder.embed(ids), None, 0, 1), None), plain)
        for name, value in model.learnt().items():
            if name.endswith(".up"):
                value.normal_()
        before = model(ids)["class"]
        assert sum(name.endswith(".up") for name in model.learnt()) == len(minilm.ADAPTED)  # of one block
        after = minilm.merge(model)(ids)["class"]
    torch.testing.assert_close(after, before, atol=1e-5, rtol=1e-5)


def test_only_what_a_task_learns_is_trained(pair):
    model = minilm.Adapted(pair[0], {"a": 2, "b": 5}, first=0, rank=2, pooled=False, spelled=True)
    logits = model(torch.randint(1, 50, (2, 6)), None, None, torch.zeros(2, 6, dtype=torch.long))
    assert logits["a"].shape == (2, 6, 2) and logits["b"].shape == (2, 6, 5)
    sum(each.sum() for each in logits.values()).backward()
    trained = {name for name, each in model.named_parameters() if each.requires_grad}
    assert trained == set(model.learnt()) == {name for name, each in model.named_parameters() if each.grad is not None}
