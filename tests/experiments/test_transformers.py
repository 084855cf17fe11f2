"""The transformer screen's computing: what is opened, written, switched off, compared and learnt."""

import math

import numpy as np
import pytest
import torch

from playground.core.errors import UserError
from playground.experiments import transformer_models as models
from playground.experiments.transformer_pair import attention
from playground.experiments.transformer_pass import Pass, opened, overview
from playground.experiments.transformer_patterns import patterns
from playground.experiments.transformer_probe import HeadsOff, lens, timing, without
from playground.experiments.transformer_script import writing_script
from playground.experiments.transformer_settings import PROMPT, SHOWN, pairs
from playground.experiments.transformer_tasks import IGNORED, TASKS, sequences, signs
from playground.experiments.transformer_tiny import TinyGPT
from playground.experiments.transformer_writing import Writing, generate
from playground.functions.transformer_sampling import softmax

STRANGE = ("🙂 emoji 🧵 and naïve café", "שלום עולם, مرحبا", "a\x00b\x07c \x1b[31m", "<script>alert(1)</script> **bold** $x$", "x" * 3000)


def test_the_opened_numbers_fit_together():
    data = opened(models.BUNDLED, PROMPT, 2, 1, 7)
    place = data["token"]
    np.testing.assert_allclose(data["raw"], data["keys"] @ data["query"], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(data["weights"][: place + 1], softmax(data["scaled"][: place + 1]), atol=1e-5)
    assert data["weights"][place + 1 :].max() == 0.0
    np.testing.assert_allclose(data["seen"], data["weights"] @ data["values"], atol=1e-4)
    np.testing.assert_allclose(data["middle"], data["into"] + data["mixed"], atol=1e-5)
    np.testing.assert_allclose(data["out"], data["middle"] + data["down"], atol=1e-5)
    assert place == 7 and len(data["joined"]) == data["width"]


def test_the_last_token_opened_predicts_what_the_overview_says():
    whole, data = overview(models.BUNDLED, PROMPT), opened(models.BUNDLED, PROMPT, 0, 0, -1)
    np.testing.assert_allclose(np.sort(whole["logits"])[::-1][:8], data["logits_top"], atol=1e-3)
    assert whole["weights"].shape[2] == len(whole["words"]) <= SHOWN and whole["cut"] == 0
    assert models.vocabulary(models.BUNDLED)[int(np.argmax(whole["logits"]))] == data["likeliest"][0]


@pytest.mark.parametrize("prompt", STRANGE)
def test_any_signs_are_read_and_come_back(prompt):
    data = overview(models.BUNDLED, prompt)
    assert np.isfinite(data["logits"]).all()
    raw = b"".join(bytes.fromhex(each.replace(" ", "")) for each in data["bytes"]).decode("utf-8", "replace")
    assert raw[-1] == "".join(sign for sign in prompt if sign.isprintable())[-1]


def test_empty_and_endless_prompts_are_answered_in_words():
    with pytest.raises(UserError, match="empty"):
        Pass(prompt=" \n ").asked()
    with pytest.raises(UserError, match="characters"):
        overview(models.BUNDLED, "word " * 200_000)
    with pytest.raises(UserError, match="owner/model|form"):
        models.loaded("no such name")


def test_a_prompt_of_ten_thousand_tokens_is_windowed():
    words = "the fox ran over the hill " * 1700
    found = generate(prompt=words, tokens=3)
    assert found["cut"] > 9000 and len(found["ids"]) == 3
    assert overview(models.BUNDLED, words)["cut"] > 9000


def test_writing_is_the_same_without_cache_and_goes_on_beyond_the_window():
    text = "the fox and the hen " * 12 * 5
    settings = Writing(prompt=text, count=30, temperature=0.9, seed=4)
    trainers = [settings.changed(cache=cache).trainer() for cache in ("on", "off")]
    for each in trainers:
        each.advance(30)
    assert trainers[0].written == trainers[1].written and len(trainers[0].written) == 30
    assert trainers[0].dropped == trainers[1].dropped > 0
    assert trainers[0].view()["others"].shape == (30, 8)


def test_a_branch_begins_with_what_was_kept():
    trunk = Writing(count=10).trainer()
    trunk.advance(6)
    kept = trunk.written[:4] + [int(trunk.others[4][1])]
    branch = Writing(count=10, branch=",".join(map(str, kept))).trainer()
    assert branch.written == kept and branch.view()["begun"] == 5
    branch.advance(3)
    assert branch.written[:5] == kept and len(branch.written) == 8
    for wrong in ("1,x", "99999", "-3"):
        with pytest.raises(UserError, match="[Bb]ranch"):
            Writing(branch=wrong).trainer()


def test_generate_repeats_what_the_run_writes():
    run = Writing(count=12, seed=3).trainer()
    run.advance(12)
    found = generate(tokens=12, seed=3)
    assert found["ids"] == run.written and found["text"]


def test_the_script_names_the_settings(tmp_path):
    text = writing_script(Writing(temperature=0.7, top_k=9, prompt='He said "yes"\nand left'))
    compile(text, "script.py", "exec")
    assert "temperature=0.7" in text and "top_k=9" in text and "stories-gpt" in text


def test_heads_are_measured_one_by_one_and_pressed_off_and_on():
    data = without(models.BUNDLED, "The old king had three", [(0, 0), (5, 3)])
    known = models.loaded(models.BUNDLED).model.shape
    assert data["worth"].shape == (known.blocks, known.heads) and (data["worth"] >= 0).all() and data["worth"].max() > 0
    assert not np.allclose(data["plain"], data["logits"])
    view = HeadsOff(off="0.0")
    assert view.dragged({"name": "head", "block": 5, "head": 3})["off"] == "0.0 5.3" and view.dragged({"name": "head", "block": 0, "head": 0})["off"] == ""
    assert pairs("2.1 0.3 2.1") == [(0, 3), (2, 1)]
    with pytest.raises(UserError, match="written like"):
        HeadsOff(off="first")


def test_the_lens_ends_at_the_answer():
    data = lens(models.BUNDLED, PROMPT)
    whole = overview(models.BUNDLED, PROMPT)
    assert data["top"][-1][-1][0] == models.vocabulary(models.BUNDLED)[int(np.argmax(whole["logits"]))]
    assert data["answer"][-1, -1] == pytest.approx(float(softmax(whole["logits"]).max()), abs=1e-4)
    assert np.isnan(data["true"][:, -1]).all() and (data["true"][-1, :-1] > 0).all()


def test_timing_measures_every_length():
    data = timing(models.BUNDLED, "Once upon a time", 32, 0)
    assert (data["cached"] > 0).all() and (data["plain"] > 0).all() and data["lengths"][-1] == 32 and data["bytes"] == 2 * 6 * 256 * 4


def test_patterns_are_told_from_weights():
    ids = [5, 6, 7, 8, 5, 6, 7, 8]
    before, induction = np.zeros((8, 8)), np.zeros((8, 8))
    before[0, 0] = induction[0, 0] = 1
    for i in range(1, 8):
        before[i, i - 1] = 1
        induction[i, i - 3 if i >= 4 else 0] = 1
    found = patterns(np.stack([before, induction])[None], ids)[0]
    assert [each["kind"] for each in found] == ["before", "induction"]


def test_the_encoder_reads_both_sentences_both_ways():
    data = attention("The cat sat.", "A kitten rested.")
    assert data["weights"].shape[:2] == (6, 12) and data["words"][0] == "[CLS]" and data["words"].count("[SEP]") == 2
    np.testing.assert_allclose(data["weights"].astype(np.float32).sum(-1), 1.0, atol=5e-3)
    assert (data["cross"] > 0).all() and np.triu(data["weights"][0, 0].astype(np.float32), 1).max() > 0
    assert attention("word " * 500, "other " * 500)["cut"] > 900


@pytest.mark.parametrize("task", [name for name in TASKS if name != "text"])
def test_every_asked_token_can_be_known(task):
    batch = sequences(task, 12, 6, 200, np.random.default_rng(0))
    ids, targets = batch.ids.numpy(), batch.targets.numpy()
    assert ids.max() < len(signs(task, 12)) and ((targets != IGNORED).sum(1) > 0).all()
    for row, asked in zip(ids, targets, strict=True):
        whole = [*row.tolist(), int(asked[-1])]
        answer = [int(each) for each in asked if each != IGNORED]
        if task == "add":
            one, other = whole[0] * 10 + whole[1], whole[3] * 10 + whole[4]
            assert answer[0] + 10 * answer[1] + 100 * answer[2] == one + other
        elif task == "repeat":
            size = len(whole) - len(answer) - 1  # the first letter of the second round cannot be known: it says how long the stretch is
            assert 3 <= size <= 6 and answer == whole[1 : 1 + len(answer)]
        else:
            given = whole[:6]
            assert answer == (given[::-1] if task == "reverse" else sorted(given))


def test_two_blocks_learn_to_repeat_and_one_does_not():
    scores = {}
    for blocks in (1, 2):
        trainer = TinyGPT(blocks=blocks).trainer()
        trainer.advance(260)
        scores[blocks] = trainer.metrics()["accuracy"]
    assert scores[2] > 0.8 and scores[2] > scores[1] + 0.25


def test_a_tiny_gpt_learns_a_text_and_writes():
    trainer = TinyGPT(task="text", width=32, window=16, steps=200).trainer()
    start = trainer.metrics()["test_loss"]
    trainer.advance(101)
    assert trainer.metrics()["test_loss"] < 0.8 * start and [step for step, _ in trainer.view()["milestones"]] == [1, 100]
    assert start == pytest.approx(math.log(len(trainer.signs)), rel=0.05) and trainer.view()["sample"]


def test_the_recipes_loss_and_gradient_are_those_of_torch():
    from playground.zoo.recipes.stories import Surprise

    generator = torch.Generator().manual_seed(0)
    hidden, words = torch.randn(600, 32, generator=generator, requires_grad=True), (0.1 * torch.randn(90, 32, generator=generator)).requires_grad_()
    targets = torch.randint(90, (600,), generator=generator)
    ours, theirs = Surprise.apply(hidden, words, targets), torch.nn.functional.cross_entropy(hidden @ words.T, targets)
    assert ours.item() == pytest.approx(theirs.item(), rel=2e-3)
    for found, expected in zip(torch.autograd.grad(ours, (hidden, words)), torch.autograd.grad(theirs, (hidden, words)), strict=True):
        assert float((found - expected).norm() / expected.norm()) < 0.01


def test_the_recipes_tokenizer_writes_any_text():
    from playground.zoo.recipes import stories_data

    made = stories_data.make_tokenizer(["the cat and the dog and the hen"] * 3)
    for text in ("the cat", "naïve 🙂\n", "שלום"):
        assert made.decode(made.encode(text).ids) == text
    assert stories_data.plain("one\n\n two \n") == "one\ntwo"
