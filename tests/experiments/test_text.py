"""The tasks of the text screen: identities that must hold, and text that must not hurt."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.data import text_samples
from playground.experiments import text_answer, text_classify, text_compare, text_labels, text_map, text_search, text_settings, text_summary, text_tags
from playground.explain import text_attribution, text_words
from playground.zoo import language, language_cards, language_heads

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not language.available(), reason=f"the package {language.PACKAGE} is not installed")
HEADS = language_cards.language_cards()
HOSTILE = ["<script>alert(1)</script> **good** film", "ممتاز جدا", "👩‍🚀👍👍", "great\x00\x07 movie\u202e!", "a" * 5000, "!!! ???", "word " * 2_500]


def needs(name):
    return pytest.mark.skipif(name not in HEADS, reason=f"{name} is not bundled")


def test_the_pairs_of_tokens_add_up_to_the_cosine():
    found = text_compare.compare(**text_compare.Compare().arguments())
    assert found["pairs"].sum() == pytest.approx(found["similarity"], abs=1e-5) and abs(found["beyond"]) < 1e-5
    long = text_compare.compare("river bank " * 60, "The river rose over its bank.")
    assert long["pairs"].sum() + long["beyond"] == pytest.approx(long["similarity"])
    assert [pair[:2] for pair in text_compare.strongest(found, 1)] == [("doctor", "physician")]


def test_meaning_finds_what_shared_words_do_not():
    settings = text_search.Search()
    passages = settings.passages()
    by_meaning = text_search.search(passages, settings.query, "meaning")
    by_words = text_search.search(passages, settings.query, "words")
    assert passages[by_meaning["order"][0]].startswith("embedding:") and not passages[by_words["order"][0]].startswith("embedding:")


def test_bm25_is_the_published_formula():
    passages = ["a rare word here", "nothing to see", "see the word and the word again"]
    scores = text_search.bm25(passages, "word")
    mean, idf = 14 / 3, np.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    expected = [idf * f * 2.2 / (f + 1.2 * (0.25 + 0.75 * n / mean)) if f else 0.0 for f, n in ((1, 4), (0, 3), (2, 7))]
    np.testing.assert_allclose(scores, expected)


def test_own_labels_go_by_nearness_and_nonsense_is_refused():
    found = text_labels.label_texts(**text_labels.OwnLabels().arguments())
    assert found["shares"][0].argmax() == 2 and found["shares"][0].sum() == pytest.approx(1)
    for written, words in (("one", "at least two"), ("a, b, A", "stands twice"), (",".join(map(str, range(30))), "At most 20")):
        with pytest.raises(UserError, match=words):
            text_labels.labels_of(written)
    with pytest.raises(UserError, match="must contain {}"):
        text_labels.label_texts(["x"], ["a", "b"], "no place", 0.1)


def test_a_map_gathers_the_themes_and_repeats_with_its_seed():
    settings = text_map.EmbeddingMap(method="pca")
    found, again = (text_map.layout(**settings.arguments()) for _ in range(2))
    np.testing.assert_array_equal(found["x"], again["x"])
    theme = np.repeat(np.arange(6), 10)
    pure = sum(np.bincount(theme[found["group"] == number]).max() for number in range(6))
    assert pure >= 50  # of 60 sentences in a group with their own theme
    with pytest.raises(UserError, match="at least four"):
        text_map.EmbeddingMap(collection="own", text="one\ntwo").arguments()


def test_a_summary_keeps_sentences_as_they_are():
    found = text_summary.summarize(**text_summary.Summary(count=3).arguments())
    kept = [text_samples.ARTICLE[a:b] for a, b in (found["sentences"][i] for i in sorted(found["chosen"]))]
    assert len(kept) == 3 and found["summary"] == " ".join(kept) and 0 in found["chosen"]
    assert text_summary.summarize("Only one sentence here.", 5, 0.3, 0.1)["chosen"] == [0]


def test_the_nearest_sentence_holds_the_answer():
    asked = text_answer.Answer().arguments()
    found = text_answer.answer(**asked)
    begin, end = found["sentences"][int(np.argmax(found["nearness"]))]
    assert "sixty metres" in asked["text"][begin:end]
    for each in found["answers"]:
        assert asked["text"][each["begin"] : each["end"]] == each["text"]


@pytest.mark.parametrize("here", [True, False])
def test_that_the_passage_does_not_tell_is_said_when_no_window_is_likelier_to_hold_the_answer(monkeypatch, here):
    text = "The ferry leaves at noon. " + "Gulls cry over the harbour and the rain goes on. " * 40

    class Marks:
        def __call__(self, ids, mask, parts):
            logits = torch.full((*ids.shape, 2), -5.0)  # a window a row
            logits[:, 0] = 3.0  # "not here", in every window …
            if here:
                logits[0, 12] = 9.0  # … but the first marks a word
            return {"span": logits}

    monkeypatch.setattr(text_answer, "bundled", lambda: True)
    monkeypatch.setattr(text_answer, "knows_none", lambda: True)
    monkeypatch.setattr(language_heads, "load", lambda name: Marks())
    found = text_answer.answer(text, "When does the ferry leave?")
    assert found["windows"] > 1 and found["none"] is (not here) and found["answers"]
    monkeypatch.setattr(text_answer, "knows_none", lambda: False)
    assert text_answer.answer(text, "When?")["none"] is None, "a head that was not taught to say so says nothing"


@needs("sentiment")
@pytest.mark.parametrize("method", ["gradients", "omission"])
def test_the_weights_of_the_words_are_what_their_method_says(method):
    text = text_classify.SAMPLE
    found = text_attribution.weigh("sentiment", text, 1, method, 32)
    logits = text_classify.classify("sentiment", [text])["logits"][0]
    assert found["margin"] == pytest.approx(logits[1] - logits[0], abs=1e-3)
    if method == "gradients":  # completeness: they sum to the difference from the blank text
        assert found["weights"].sum() == pytest.approx(found["margin"] - found["blank"], abs=0.05)
    words = {text[a:b]: weight for (a, b), weight in zip(found["tokens"], found["weights"], strict=True)}
    assert words["funny"] > max(0, words["slow"])


@needs("sentiment")
def test_hostile_text_is_read_or_refused_in_words():
    found = text_classify.lines_of("sentiment", ["Lovely.", "", *HOSTILE, "\x00"])
    assert found[0]["label"] == "positive" and "empty" in found[1]["problem"] and "empty" in found[-1]["problem"]
    assert all(0.5 <= each["score"] <= 1 for each in found[2:-1])
    one = text_classify.classify_one("sentiment", HOSTILE[-1])
    assert one["windows"] == -(-2_500 // 254)


@needs("sentiment")
def test_the_script_taken_home_prints_the_same_shares(tmp_path):
    from playground.experiments import text_script

    text = "Not bad at all, though \"quiet\" at first; it's 90% joy. " * 30
    for _, make, name, _ in text_script.files("sentiment", text):
        made = make()
        (tmp_path / name).write_bytes(made.encode() if isinstance(made, str) else made)
    place = str(tmp_path / "sentiment.py")
    code = f"from playground.core import torchvision_guard; torchvision_guard.install(); import runpy; runpy.run_path({place!r}, run_name='__main__')"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=100)
    assert run.returncode == 0, run.stderr[-800:]
    found = text_classify.classify("sentiment", [text])
    assert found["windows"][0] > 1
    assert run.stdout.splitlines() == [f"{name}: {share:.4f}" for name, share in zip(found["classes"], found["shares"][0], strict=True)]


@needs("tags")
def test_names_and_parts_of_speech_are_found():
    text = text_tags.SAMPLE
    found = text_tags.tag_one(text)
    kinds = {each["text"]: each["kind"] for each in found["names"]}
    assert kinds.get("Ada Lovelace") == "PER" and kinds.get("London") == "LOC"
    speech = {text[a:b]: tag for (a, b), tag in zip(found["words"], found["speech"], strict=True)}
    assert speech["met"] == "VERB" and speech["machines"] == "NOUN" and speech["1833"] == "NUM"
    assert len(text_tags.lines_of([*HOSTILE, ""])) == len(HOSTILE) + 1


def test_long_texts_lie_on_the_shelf_and_come_back():
    long = "Wörter und 👩‍🚀 " * 300
    held = text_settings.keep(long)
    assert held.startswith(text_settings.SHELVED) and len(held) < 40 and text_settings.given(held) == long
    assert text_settings.keep("short") == text_settings.given("short") == "short"
    with pytest.raises(UserError, match="not on this machine"):
        text_settings.given("shelf:0123456789abcdef")
    with pytest.raises(UserError, match="1,000,000 characters"):
        text_settings.keep("x" * 1_000_000)


@pytest.mark.parametrize(("part", "kind"), [("classify", text_classify.Classify), ("tags", text_tags.Tags), ("answer", text_answer.Answer),
                                            ("compare", text_compare.Compare), ("search", text_search.Search),
                                            ("labels", text_labels.OwnLabels), ("map", text_map.EmbeddingMap), ("summary", text_summary.Summary)])  # fmt: skip
def test_every_preset_can_be_set_and_no_two_are_alike(part, kind):
    made = [kind(**values) for _, _, _, values, _ in text_words.PRESETS[part]]
    assert len(set(made)) == len(made) >= 4 and made[0] == kind() and not all(row[4] for row in text_words.PRESETS[part])


@needs("sentiment")
def test_the_command_line_prints_one_record_a_line():
    run = subprocess.run([sys.executable, "-m", "playground.predict_text_cli", "--task", "sentiment", "--json"], input="A joy from start to end.\n\nDull and far too long.\n",
                         capture_output=True, text=True, cwd=ROOT, timeout=60)  # fmt: skip
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert [each["label"] for each in found] == ["positive", "negative"] and set(found[0]) == {"text", "label", "score"}
    assert len(run.stdout.strip().splitlines()) == 2


@pytest.mark.parametrize("words", [["--task", "qa", "A passage."], ["--task", "zero-shot", "--labels", "one", "text"], ["--task", "similarity", "alone"], ["--task", "embed", "  "],
                                   ["--task", "embed", "--model", "a/b", "text"], ["--task", "topic", "--model", "no name", "text"]])  # fmt: skip
def test_requests_that_make_no_sense_are_refused(words, capsys):
    from playground import predict_text_cli

    assert predict_text_cli.main(words) == 2
    assert capsys.readouterr().err.startswith("playground: ")
