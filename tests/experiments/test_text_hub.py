"""Models of the Hub: what is said when they are not here, and that the code that runs them runs, on tiny models made here."""

import pytest

from playground.core.errors import UserError
from playground.data import hub_files
from playground.experiments import text_hub

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "on", "mat", "who", "?", "."]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Folders with a tiny random BERT for every task it serves, and a tiny GPT-2."""
    from playground.core import torchvision_guard

    torchvision_guard.install()
    import torch
    import transformers
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    made = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")
    torch.manual_seed(0)
    small = {"vocab_size": len(WORDS), "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32, "max_position_embeddings": 64}
    labels = {"TokenClassification": {0: "O", 1: "B-PER", 2: "B-LOC"}, "SequenceClassification": {0: "ENTAILMENT", 1: "NEUTRAL"}}
    places = {}
    for kind in ("MaskedLM", "SequenceClassification", "TokenClassification", "QuestionAnswering"):
        named = {"id2label": labels[kind], "label2id": {word: i for i, word in labels[kind].items()}} if kind in labels else {}
        places[kind] = tmp_path_factory.mktemp(kind)
        getattr(transformers, f"BertFor{kind}")(transformers.BertConfig(**small, **named)).save_pretrained(places[kind])
        tokenizer.save_pretrained(places[kind])
    places["CausalLM"] = tmp_path_factory.mktemp("gpt")
    writer = transformers.GPT2Config(vocab_size=len(WORDS), n_positions=64, n_embd=16, n_layer=1, n_head=2, eos_token_id=3)
    transformers.GPT2LMHeadModel(writer).save_pretrained(places["CausalLM"])
    tokenizer.save_pretrained(places["CausalLM"])
    return places


@pytest.mark.parametrize(("task", "kind", "gives"), [("fill", "MaskedLM", "choices"), ("classify", "SequenceClassification", "choices"),
                                                     ("infer", "SequenceClassification", "choices"),
                                                     ("names", "TokenClassification", "names"), ("question", "QuestionAnswering", "choices"), ("generate", "CausalLM", "text"),
                                                     ("chat", "CausalLM", "text")])  # fmt: skip
def test_each_task_runs_its_kind_of_model(tiny, monkeypatch, task, kind, gives):
    monkeypatch.setattr(hub_files, "cached", lambda model, name="model.safetensors": tiny[kind] / "model.safetensors")
    text_hub.loaded.cache_clear()
    text = "the cat ___ on the mat." if task == "fill" else "the cat sat on the mat. " * 3
    asked = {"task": task, "model": "a/b", "text": text, "extra": "who sat ?, cat" if task == "infer" else "who sat ?", "tokens": 5, "temperature": 0.8, "seed": 1}
    found = text_hub.answer(**asked)
    assert gives in found and found["milliseconds"] > 0
    if gives == "choices":
        assert sum(each["score"] for each in found["choices"]) <= 1 + 1e-5 and found["choices"] == sorted(found["choices"], key=lambda each: -each["score"])
    assert text_hub.answer(**asked)[gives] == found[gives]
    text_hub.loaded.cache_clear()


def test_a_gap_that_is_not_marked_and_a_wrong_kind_of_model_are_said(tiny, monkeypatch):
    monkeypatch.setattr(hub_files, "cached", lambda model, name="model.safetensors": tiny["MaskedLM"] / "model.safetensors")
    text_hub.loaded.cache_clear()
    asked = {"model": "a/b", "text": "no gap here", "extra": "", "tokens": 5, "temperature": 0.0, "seed": 0}
    with pytest.raises(UserError, match="___"):
        text_hub.answer(task="fill", **asked)
    with pytest.raises(UserError, match="cannot be opened for this task|Mark the gap"):
        text_hub.answer(task="translate", **asked)
    text_hub.loaded.cache_clear()


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
