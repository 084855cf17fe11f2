"""The bundled translator: its search against exhaustive search, its card against its files, its recipe against leaks and breaks."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch

from playground.core.errors import UserError
from playground.networks.translate import Shape, Translator
from playground.zoo import catalogue, translate
from playground.zoo.recipes import checkpoints, stories_data, translate_data
from playground.zoo.recipes import translate as recipe

TINY = Shape(vocabulary=4, context=6, width=8, inner=8, encoders=1, decoders=1, heads=2)


def tiny(seed):
    model = Translator.fresh(TINY, torch.Generator().manual_seed(seed))
    generator = torch.Generator().manual_seed(100 + seed)
    for value in model.parameters():
        value.data.normal_(0.0, 0.7, generator=generator)
    return model.requires_grad_(False).eval()


def worth(model, source, written):
    """Log-likelihood over length ** 0.6, end included."""
    ids = [*written, 0]
    logs = model(torch.tensor([source]), torch.tensor([[0, *written]]))[0].log_softmax(-1)
    return sum(float(logs[place, token]) for place, token in enumerate(ids)) / len(ids) ** translate.LENGTH


@pytest.mark.parametrize("seed", range(4))
def test_a_wide_beam_finds_the_best_of_all_translations_and_one_beam_the_likeliest_next_tokens(seed):
    model, source, most = tiny(seed), [1, 3, 2], 3
    every = [list(tokens) for count in range(most + 1) for tokens in itertools.product((1, 2, 3), repeat=count)]
    ranked = translate.ranked(model, [source], beams=60, most=most)[0]
    assert ranked[0][1] == max(every, key=lambda ids: worth(model, source, ids))
    assert [value for value, _ in ranked] == pytest.approx([worth(model, source, ids) for _, ids in ranked], abs=1e-4)
    greedy = []
    while len(greedy) < most and (token := int(model(torch.tensor([source]), torch.tensor([[0, *greedy]]))[0, -1].argmax())):
        greedy.append(token)
    assert translate.search(model, [source], beams=1, most=most) == [greedy]


def test_sentences_of_many_lengths_are_translated_together_as_they_are_alone():
    model, sources = tiny(5), [[1, 2], [3], [2, 2, 1], [1, 1], [3, 2, 1, 1]]
    together = translate.search(model, sources, beams=3, most=4)
    assert together == [translate.search(model, [each], beams=3, most=4)[0] for each in sources]


def test_the_card_tells_the_truth_about_the_files():
    known = translate.bundled("translate-en-fr")
    card, listed = translate.translator_card("translate-en-fr"), catalogue.model("translate-en-fr")
    assert card.bytes == listed.weights.stat().st_size < 10_000_000
    assert card.parameters == sum(value.numel() for value in known.model.parameters())
    assert (listed.area, listed.main[0]) == ("Text", "held-out BLEU, beam search of 4") and card.updates == card.of_updates
    assert known.tokenizer.get_vocab_size() == card.shape["vocabulary"]
    with pytest.raises(UserError, match="no bundled translator"):
        translate.translator_card("translate-en-xx")


@pytest.mark.parametrize(("english", "french"), [
    ("I am very tired.", "Je suis très fatigué"), ("Thank you very much.", "Merci beaucoup"), ("The cat is black.", "Le chat est noir"),
])  # fmt: skip
def test_everyday_sentences_come_out_right(english, french):
    known = translate.bundled("translate-en-fr")
    assert known.decode(translate.search(known.model, [known.encode(english)])[0]).startswith(french)


def test_what_was_written_is_examined_as_it_was_searched():
    known = translate.bundled("translate-en-fr")
    source = known.encode("We lost the game.")
    value, ids = translate.ranked(known.model, [source])[0][0]
    seen = translate.examine(known, source, ids)
    assert value == pytest.approx(float(np.log(seen["shares"]).sum()) / (len(ids) + 1) ** translate.LENGTH, abs=1e-4)
    np.testing.assert_allclose(seen["looks"].sum(-1), 1.0, atol=1e-5)
    assert seen["looks"].shape[2:] == (len(ids) + 1, len(source)) and all(row[0][1] == max(share for _, share in row) for row in seen["others"])


def test_what_is_written_alike_reads_alike():
    assert translate.plain(" C\u2019est\u202fbon\u200b !\n") == "C'est bon !"
    assert translate.plain("e\u0301te\u0301") == "été"


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A training of eight short updates on sixty made-up pairs, and where it keeps what it does."""
    words = ["dog", "cat", "bird", "horse", "fish", "cow", "pig", "hen", "fox", "owl", "ant", "bee"]
    pairs = [(f"The {one} sees the {two}.", f"Voici {one} et {two} !") for one, two in itertools.permutations(words[:8], 2)]
    pairs += [("Hi.", "Salut !"), ("Hi.", "Salut."), ("hi", "Bonjour."), ("Hello.", "Bonjour !")]
    monkeypatch.setattr(translate_data, "table", lambda file: pd.DataFrame(pairs, columns=["en", "fr"]))
    monkeypatch.setattr(translate_data, "TEST", 6)
    monkeypatch.setattr(translate_data, "VALID", 4)
    monkeypatch.setattr(stories_data, "VOCABULARY", 300)
    monkeypatch.setattr(recipe, "SHAPE", Shape(vocabulary=300, context=translate.MOST + 2, width=16, inner=16, encoders=1, decoders=1, heads=2))
    monkeypatch.setattr(recipe, "UPDATES", 8)
    monkeypatch.setattr(recipe, "CYCLES", ((0, 5, 1.0, 2, 0.4), (5, 8, 0.5, 1, 0.0)))
    monkeypatch.setattr(recipe, "TOKENS", 120)
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    return tmp_path


def test_nothing_held_out_is_learnt_from_in_either_language(small):
    split = translate_data.split()
    assert (len(split.test), len(split.valid), len(split.references)) == (6, 4, 6)
    for side in (0, 1):
        learnt = {translate_data.bare(pair[side]) for pair in split.train}
        assert learnt and not learnt & {translate_data.bare(pair[side]) for pair in (*split.test, *split.valid)}
    assert all(pair[1] == known[0] for pair, known in zip(split.test, split.references, strict=True))


def test_a_training_goes_on_from_its_checkpoint_bit_for_bit(small):
    whole = recipe.Session()
    straight = list(whole)
    first = recipe.Session()
    begun = list(itertools.islice(first, 3))
    checkpoints.write(recipe.NAME, first.state())
    second = recipe.resumed(lambda line: None)
    assert begun + list(second) == straight and second.step == 8
    assert all(torch.equal(a, b) for a, b in zip(whole.model.state_dict().values(), second.model.state_dict().values(), strict=True))


def test_the_rate_climbs_and_falls_once_a_cycle():
    shares = np.array([recipe.share(step) for step in range(recipe.UPDATES)])
    assert shares.max() == 1.0 and shares.min() > 0.0
    for begin, end, most, warm, full in recipe.CYCLES:
        one = shares[begin:end]
        rises = np.diff(one) > 0
        assert one[0] == pytest.approx(most / warm) and one[-1] < 0.01 * most / (1 - full) and one.max() <= most
        assert rises[: warm - 5].all() and not rises[warm:].any()


def test_a_batch_holds_sources_of_one_length_and_each_pair_once_a_pass(small):
    session = recipe.Session()
    lessons = session.lessons
    pairs, groups = translate_data.order(lessons, (7, 0))
    assert sorted(pairs.tolist()) == list(range(len(lessons.lengths))) and sorted(groups.tolist()) == list(range(len(lessons.groups)))
    assert sum(b - a for a, b in lessons.groups.tolist()) == len(lessons.lengths)
    for group in lessons.groups:
        source, target = recipe.tensors(lessons, pairs, group)
        assert len(set(lessons.lengths[group[0] : group[1], 0])) == 1 and source.shape[0] == target.shape[0]
        assert recipe.written(target).sum(1).tolist() == (lessons.lengths[pairs[group[0] : group[1]], 1] - 1).tolist()


def test_scores_are_those_of_sacrebleu(small):
    metrics = pytest.importorskip("sacrebleu.metrics")
    split, known = translate_data.split(), translate.bundled("translate-en-fr")
    found = recipe.measure(known, split)
    made = [known.decode(ids) for ids in translate.search(known.model, [known.encode(en) for en, _ in split.test], 1)]
    assert found["held-out BLEU, greedy"] == metrics.BLEU().corpus_score(made, [[fr for _, fr in split.test]]).score
    assert len(found) == 5 and all(0 <= value <= 100 for value in found.values())
