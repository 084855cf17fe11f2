"""Language models of the Hub, fetched from one on loopback: every task answers, and what cannot be is said."""

import pytest

from playground.core.errors import UserError
from playground.data import hub_files
from playground.experiments import hub_rewriting, text_hub, transformer_hub
from tests import hub_checkpoints
from tests.hub_server import brought, served

CAT = "the cat sat on the mat. " * 3
ASKED = {"extra": "", "tokens": 5, "temperature": 0.8, "seed": 1}


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched, served(patched, tmp_path_factory.mktemp("cache")) as hub:
        hub.repositories.update(hub_checkpoints.every())
        yield hub


def answered(repository, task, text=CAT, **more):
    if hub_files.cached(repository) is None:
        brought(repository)
    return text_hub.answer(**{**ASKED, "task": task, "model": repository, "text": text, **more})


@pytest.mark.parametrize(("task", "repository", "gives"), [
    ("fill", "tiny/masked", "choices"), ("classify", "tiny/feelings", "choices"), ("infer", "tiny/infer", "choices"), ("names", "tiny/names", "names"),
    ("question", "tiny/answers", "choices"), ("generate", "tiny/gpt2", "text"), ("chat", "tiny/talker", "text"), ("rewrite", "tiny/bart", "text"),
    ("translate", "tiny/t5", "text"), ("translate", "tiny/marian", "text"),
])  # fmt: skip
def test_each_task_is_answered_by_a_model_just_fetched(hub, task, repository, gives):
    asked = {"text": "the cat ___ on the mat." if task == "fill" else CAT, "extra": {"infer": "who sat ?, cat", "question": "who sat ?"}.get(task, "")}
    found = answered(repository, task, **asked)
    assert gives in found and found["milliseconds"] > 0 and not found["cut"]
    if gives == "choices":
        assert sum(each["score"] for each in found["choices"]) <= 1 + 1e-5 and found["choices"] == sorted(found["choices"], key=lambda each: -each["score"])
    if gives == "names":
        assert {each["kind"] for each in found["names"]} <= {"PER", "LOC"} and all(CAT[each["begin"] : each["end"]] == each["text"] for each in found["names"])
    before = sum(hub.asked.values())
    assert answered(repository, task, **asked)[gives] == found[gives] and sum(hub.asked.values()) == before  # the second time nothing is asked of the network


@pytest.mark.parametrize("repository", ["tiny/t5", "tiny/bart", "tiny/marian"])
def test_a_translation_in_pieces_is_that_of_transformers_itself(hub, repository):
    import torch

    brought(repository)
    tokenizer, network = text_hub.loaded("Seq2SeqLM", repository)
    told, done, piece = "translate English to German:", [], {"over": ""}
    with torch.no_grad():
        read = tokenizer(f"{told} {CAT}" if repository == "tiny/t5" else CAT, return_tensors="pt")
        wanted = network.generate(**read, max_new_tokens=20, do_sample=False, num_beams=1, forced_eos_token_id=None)[0][1:].tolist()
    count = 0
    while not piece["over"]:
        piece = hub_rewriting.rewrite(repository, CAT, told, done, 20, seconds=0.0)
        done, count = done + piece["ids"], count + 1
    assert done == wanted[: len(done)] and len(done) >= len(wanted) - 1 and count >= 10
    assert piece["text"] == tokenizer.decode(done, skip_special_tokens=True)


def test_labels_that_do_not_exclude_one_another_each_have_a_share_of_their_own(hub):
    import torch

    found = answered("tiny/tags", "classify")
    tokenizer, network = text_hub.loaded("SequenceClassification", "tiny/tags")
    with torch.no_grad():
        wanted = network(**tokenizer(CAT, return_tensors="pt")).logits[0].sigmoid()
    assert {each["label"]: each["score"] for each in found["choices"]} == pytest.approx(dict(zip(("dull", "long"), wanted.tolist(), strict=True)), abs=1e-5)


def test_a_long_text_is_read_as_far_as_the_model_can_and_that_is_said(hub):
    assert answered("tiny/feelings", "classify", "cat " * 500)["cut"] and answered("tiny/gpt2", "generate", "cat " * 500)["cut"]


@pytest.mark.parametrize(("task", "repository", "words"), [
    ("fill", "tiny/masked", "Mark the gap"), ("classify", "tiny/masked", "not trained for this task: its file lacks"),
    ("translate", "tiny/masked", r"cannot be opened for this task: models of its family \(bert\)"), ("names", "tiny/feelings", "marks no persons"),
    ("question", "tiny/masked", "not trained for this task"),
    ("infer", "tiny/feelings", "not trained to say what follows"), ("rewrite", "tiny/voice", "cannot be opened for this task"),
    ("generate", "tiny/pickled", "pickled Python, which could run a program"), ("generate", "tiny/program", "trust_remote_code.*never run"),
    ("generate", "tiny/nobody", "no public model named tiny/nobody"),
])  # fmt: skip
def test_what_a_model_cannot_or_must_not_do_is_said(hub, task, repository, words):
    with pytest.raises(UserError, match=words):
        answered(repository, task)
    assert not any("pytorch_model.bin" in each for each in hub.asked)


def test_a_model_whose_words_need_a_library_that_is_not_here_names_it(hub, monkeypatch):
    import transformers

    def lacking(*_, **__):
        raise ImportError("The tokenizer requires the uroman library but it was not found in your environment.")

    monkeypatch.setattr(transformers.AutoTokenizer, "from_pretrained", lacking)
    text_hub.loaded.cache_clear()
    with pytest.raises(UserError, match="tiny/marian needs uroman, a library that is not part of this installation"):
        answered("tiny/marian", "translate")


def test_a_file_cut_short_behind_its_back_is_named_as_damaged(hub):
    brought("tiny/gpt2")
    path = hub_files.cached("tiny/gpt2").resolve()
    whole = path.read_bytes()
    for repository in ("CausalLM", "MaskedLM"):  # opened before or not
        text_hub.loaded.cache_clear()
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(UserError, match="damaged or was cut short"):
            text_hub.loaded(repository, "tiny/gpt2")
    path.write_bytes(whole)
    assert text_hub.loaded("CausalLM", "tiny/gpt2")


@pytest.mark.parametrize("repository", ["tiny/gpt2", "tiny/talker"])
def test_attention_and_next_tokens_of_any_causal_model_are_shown(hub, repository):
    import numpy as np
    import torch

    brought(repository)
    seen = transformer_hub.look(repository, "the cat é")
    count = len(seen["words"])
    assert seen["weights"].shape == (2, 2, count, count) and np.allclose(seen["weights"].astype(float).sum(-1), 1, atol=5e-3)
    assert seen["bytes"][-2:] == ["c3", "a9"] and seen["words"][-2:] == ["⟨c3⟩", "⟨a9⟩"]  # a sign of two bytes is two tokens
    tokenizer, network = text_hub.loaded("CausalLM", repository)
    with torch.no_grad():
        assert np.allclose(seen["logits"], network(input_ids=torch.tensor([seen["ids"]])).logits[0, -1].numpy(), atol=1e-4)
    assert network.config._attn_implementation != "eager"  # looking has not made writing slow
    assert transformer_hub.words(repository, seen["ids"]) == seen["words"]


def test_our_own_models_answer_their_task_and_no_other():
    asked = {"text": "I am very tired.", "extra": "", "tokens": 5, "temperature": 0.0, "seed": 0}
    french = text_hub.answer(task="translate", model=text_hub.HubText(task="translate").chosen, **asked)
    assert "fatigué" in french["text"] and not french["cut"]
    with pytest.raises(UserError, match="translates from English to French and does nothing else"):
        text_hub.answer(task="generate", model=text_hub.OWN["translate"], **asked)
    with pytest.raises(UserError, match="goes on writing and does nothing else"):
        text_hub.answer(task="translate", model=text_hub.OWN["generate"], **asked)


def test_a_model_that_is_not_here_points_to_what_is(monkeypatch):
    monkeypatch.setattr(hub_files, "cached", lambda model, name="model.safetensors": None)
    text_hub.loaded.cache_clear()
    with pytest.raises(UserError, match="not on this machine"):
        text_hub.loaded("CausalLM", "openai-community/gpt2")
    assert all(row[1].endswith(".") and row[3] for row in text_hub.TASKS.values())
