"""Drawing the next token: the same rules as transformers, and never nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.functions.transformer_sampling import REASONS, choose_from, divergence, draw, entropy, softmax

logits = st.lists(st.floats(-30, 30), min_size=2, max_size=60).map(np.array)
rules = st.fixed_dictionaries({"temperature": st.floats(0.05, 3), "top_k": st.integers(0, 80), "top_p": st.floats(0.05, 1), "min_p": st.floats(0, 0.5)})


@settings(max_examples=120, deadline=None)
@given(logits=logits, rules=rules, luck=st.floats(0, 1, exclude_max=True))
def test_something_likeliest_first_is_always_kept(logits, rules, luck):
    found = choose_from(logits, **rules)
    assert found.kept.sum() == pytest.approx(1.0) and found.shares.sum() == pytest.approx(1.0)
    assert found.cut[np.argmax(logits)] == 0
    assert ((found.kept > 0) <= (found.cut == 0)).all() and set(found.cut.tolist()) <= set(range(len(REASONS)))
    assert found.cut[draw(found.kept, luck)] == 0
    assert 0 <= entropy(found.kept) <= np.log2(len(logits)) + 1e-9


@pytest.mark.parametrize("rules", [{"temperature": 0.7}, {"top_k": 5}, {"top_p": 0.6}, {"min_p": 0.2}, {"temperature": 1.4, "top_k": 12, "top_p": 0.8, "min_p": 0.05}])
def test_shares_are_those_of_transformers(rules):
    import torch

    from playground.core import torchvision_guard

    torchvision_guard.install()
    from transformers.generation import logits_process as theirs

    logits = torch.randn(1, 50, generator=torch.Generator().manual_seed(3)) * 2
    expected = logits.clone()
    made = (("temperature", theirs.TemperatureLogitsWarper), ("top_k", theirs.TopKLogitsWarper), ("top_p", theirs.TopPLogitsWarper), ("min_p", theirs.MinPLogitsWarper))
    for name, warper in made:
        if name in rules:
            expected = warper(rules[name])(None, expected)
    np.testing.assert_allclose(choose_from(logits[0].numpy(), **rules).kept, expected.softmax(-1)[0].numpy(), atol=1e-6)


def test_temperature_zero_takes_the_likeliest():
    found = choose_from(np.array([0.1, 3.0, 2.9]), temperature=0.0)
    assert found.kept.tolist() == [0.0, 1.0, 0.0] and draw(found.kept, 0.999) == 1 and entropy(found.kept) == 0.0


def test_draws_follow_the_shares():
    kept = choose_from(np.log([0.5, 0.3, 0.2])).kept
    counts = np.bincount([draw(kept, luck) for luck in np.linspace(0, 0.9999, 5000)], minlength=3) / 5000
    np.testing.assert_allclose(counts, [0.5, 0.3, 0.2], atol=1e-3)


def test_divergence_is_zero_for_equals_and_positive_else():
    one, other = softmax(np.array([1.0, 2.0, 0.0])), softmax(np.array([1.0, 0.0, 2.0]))
    assert divergence(one, one) == 0.0 and divergence(one, other) == pytest.approx(float((one * np.log2(one / other)).sum()))
