"""Models of the Hub writing a piece at a time: the same text in however many pieces, and ends that are named."""

import pytest

from playground.core.errors import UserError
from playground.experiments import hub_writing, text_hub
from tests import hub_checkpoints
from tests.hub_server import brought, served

ASKED = {"prompt": "the cat sat on the mat", "turns": (), "count": 24, "seed": 3, "temperature": 0.8, "top_k": 0, "top_p": 0.95, "min_p": 0.0}
WHOLE = float("inf")


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched, served(patched, tmp_path_factory.mktemp("cache")) as hub:
        hub.repositories |= {name: hub_checkpoints.every()[name] for name in ("tiny/gpt2", "tiny/talker")}
        brought("tiny/gpt2"), brought("tiny/talker")
        yield hub


def in_pieces(model, seconds=0.0, **more):
    done, pieces = [], []
    while not pieces or not pieces[-1]["over"]:
        pieces.append(hub_writing.write(model, **{**ASKED, **more}, done=done, seconds=seconds))
        done += pieces[-1]["ids"]
    return done, pieces


@pytest.mark.parametrize("model", ["tiny/gpt2", "tiny/talker"])
def test_pieces_give_the_text_that_comes_in_one_go(hub, model):
    whole = hub_writing.write(model, **ASKED, done=[], seconds=WHOLE)
    hub_writing._texts.cache_clear()
    done, pieces = in_pieces(model)
    assert done == whole["ids"] and pieces[-1]["text"] == whole["text"] and len(pieces) >= len(done) and whole["over"] in ("count", "end")
    assert [len(each) for each in (whole["others"], whole["shares"])] == [len(done)] * 2 and set(done) <= set(whole["words"])


@pytest.mark.parametrize("model", ["tiny/gpt2", "tiny/talker"])
def test_at_temperature_nought_it_is_the_text_of_transformers_itself(hub, model):
    tokenizer, network = text_hub.loaded("CausalLM", model)
    read = tokenizer(ASKED["prompt"], return_tensors="pt")
    wanted = network.generate(input_ids=read["input_ids"], attention_mask=read["attention_mask"], max_new_tokens=24, do_sample=False)[0][read["input_ids"].shape[1] :].tolist()
    made = hub_writing.write(model, **{**ASKED, "temperature": 0.0}, done=[], seconds=WHOLE)
    found = made["ids"]
    assert made["others"][:, 0].tolist() == found and (made["shares"][:, [0, -1]] == 1).all()  # the likeliest was certain to be taken
    assert found == wanted[: len(found)] and len(found) >= len(wanted) - 1  # the token that ends a text is not written


def test_another_seed_writes_another_text_and_what_was_taken_back_is_read_anew(hub):
    one, other = (hub_writing.write("tiny/gpt2", **{**ASKED, "seed": seed}, done=[], seconds=WHOLE)["ids"] for seed in (3, 4))
    assert one != other
    branch = hub_writing.write("tiny/gpt2", **ASKED, done=[*one[:5], 7], seconds=WHOLE)
    hub_writing._texts.cache_clear()
    assert branch["ids"] == hub_writing.write("tiny/gpt2", **ASKED, done=[*one[:5], 7], seconds=WHOLE)["ids"] and len(hub_writing._texts()) <= hub_writing.KEPT


def test_a_conversation_has_the_models_own_form_and_its_oldest_turns_go_first(hub):
    turns = [{"role": "user", "content": "hello"}]
    found = hub_writing.write("tiny/talker", **{**ASKED, "turns": turns}, done=[], seconds=WHOLE)
    tokenizer, _ = text_hub.loaded("CausalLM", "tiny/talker")
    assert found["template"] and tokenizer.decode(found["prompt"]) == "<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\n"
    long = [{"role": "user", "content": "old " * 60}, {"role": "assistant", "content": "yes"}, *turns]
    cut = hub_writing.write("tiny/talker", **{**ASKED, "turns": long}, done=[], seconds=WHOLE)
    assert cut["prompt"] == found["prompt"] and cut["left_out"] > 200
    plain = hub_writing.write("tiny/gpt2", **{**ASKED, "turns": turns}, done=[], seconds=WHOLE)
    assert not plain["template"] and text_hub.loaded("CausalLM", "tiny/gpt2")[0].decode(plain["prompt"]) == "Question: hello\nAnswer:"


def test_a_form_that_refuses_a_conversation_is_said(hub):
    tokenizer, _ = text_hub.loaded("CausalLM", "tiny/talker")
    kept = tokenizer.chat_template
    tokenizer.chat_template = "{{ raise_exception('roles must alternate') }}"
    try:
        with pytest.raises(UserError, match="roles must alternate"):
            hub_writing.write("tiny/talker", **{**ASKED, "turns": [{"role": "user", "content": "a"}]}, done=[])
    finally:
        tokenizer.chat_template = kept


def test_a_long_prompt_is_read_in_pieces_and_a_full_window_ends_the_text(hub):
    _, pieces = in_pieces("tiny/talker", prompt="abcd " * 100, count=24, temperature=0.0)
    reading = [each["reading"] for each in pieces if not each["ids"] and not each["over"]]
    assert len(reading) >= 2 and reading == sorted(reading) and reading[0] < 1 and pieces[0]["left_out"] == 500 - (256 - 24)
    found = hub_writing.write("tiny/gpt2", **{**ASKED, "prompt": "abcd " * 100, "count": 400, "temperature": 1.0}, done=list(b"x" * 60), seconds=WHOLE)
    assert found["over"] in ("window", "end") and len(found["prompt"]) == 64 and 60 + len(found["ids"]) <= 64


def test_tokens_are_shown_with_the_space_before_them_and_bytes_as_bytes(hub):
    tokenizer, _ = text_hub.loaded("CausalLM", "tiny/gpt2")
    assert [hub_writing.word(tokenizer, each) for each in tokenizer(" é").input_ids] == [" ", "⟨c3⟩", "⟨a9⟩"]
    with pytest.raises(UserError, match="makes nothing"):
        hub_writing.tokens_of(tokenizer, "")
