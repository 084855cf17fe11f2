"""Language models from the Hub: which suit which task, and what they answer once their files are on this machine."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any, ClassVar

from playground.core.errors import UserError
from playground.core.fields import choice, integer, number, seed
from playground.core.fields import text as written
from playground.core.lazy import torch
from playground.data import hub_files
from playground.data.texts import clean
from playground.experiments.stills import Still
from playground.experiments.text_settings import given, passage

READ = 900  # tokens of the text that are read
# task: (title, what works here without a network, its part of the screen, models: name → title)
OWN = {"generate": "stories-gpt", "translate": "translate-en-fr"}  # the models here that are not of the Hub, by what they do
TASKS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "translate": ("Translate", "translate-en-fr, which is bundled, translates everyday sentences without a download; the part Translate opens it up.", "translate",
                  {OWN["translate"]: "translate-en-fr, bundled: everyday sentences, English to French",
                   "Helsinki-NLP/opus-mt-en-de": "English to German, 300 MB", "Helsinki-NLP/opus-mt-en-fr": "English to French, 300 MB",
                   "google-t5/t5-small": "T5 small: English to German, French, Romanian, 240 MB"}),
    "generate": ("Go on writing", "stories-gpt, which is bundled, writes without a download.", "generate",
                 {OWN["generate"]: "stories-gpt, bundled: children's stories",
                  "distilbert/distilgpt2": "DistilGPT-2, 350 MB", "openai-community/gpt2": "GPT-2, 550 MB", "HuggingFaceTB/SmolLM2-135M": "SmolLM2 135M, 270 MB"}),
    "chat": ("Converse", "No bundled model converses; semantic search answers from a text of yours.", "search",
             {"HuggingFaceTB/SmolLM2-135M-Instruct": "SmolLM2 135M Instruct, 270 MB", "HuggingFaceTB/SmolLM2-360M-Instruct": "SmolLM2 360M Instruct, 720 MB"}),
    "fill": ("Fill the gap", "No bundled model fills gaps; comparing sentences works here without a download.", "compare",
             {"distilbert/distilbert-base-uncased": "DistilBERT, 270 MB", "google-bert/bert-base-uncased": "BERT base, 440 MB"}),
    "rewrite": ("Summarize in new words", "The bundled summary keeps the central sentences as they are.", "summary",
                {"google-t5/t5-small": "T5 small, 240 MB", "sshleifer/distilbart-cnn-6-6": "DistilBART, 460 MB"}),
    "classify": ("Classify", "Sentiment and topic are bundled.", "classify",
                 {"distilbert/distilbert-base-uncased-finetuned-sst-2-english": "DistilBERT sentiment, 270 MB",
                  "cardiffnlp/twitter-roberta-base-sentiment-latest": "RoBERTa, tweets, 500 MB"}),
    "names": ("Find names", "Names and parts of speech are bundled.", "tags", {"dslim/bert-base-NER": "BERT base NER, 430 MB", "dslim/distilbert-NER": "DistilBERT NER, 260 MB"}),
    "question": ("Answer a question", "Answering from a passage is bundled.", "answer",
                 {"distilbert/distilbert-base-cased-distilled-squad": "DistilBERT SQuAD, 260 MB", "deepset/roberta-base-squad2": "RoBERTa SQuAD 2, 500 MB"}),
    "infer": ("Own labels by inference", "Own labels by nearness are bundled.", "labels", {"typeform/distilbert-base-uncased-mnli": "DistilBERT MNLI, 270 MB"}),
}  # fmt: skip
TITLES = {key: row[0] for key, row in TASKS.items()}
EXTRA = {"question": "Question", "infer": "Labels, separated by commas", "translate": "What T5 is told to do"}
MODELS = {name: title for row in TASKS.values() for name, title in row[3].items()}


class HubText(Still):
    """A task, a model of the Hub, a text."""

    key: ClassVar[str] = "text_hub"
    title: ClassVar[str] = "Language models from the Hub"
    page: ClassVar[str] = "text"

    task: str = choice("generate", TITLES, label="Task")
    model: str = written("", max_length=140, group="hidden", label="Model")
    tokens: int = integer(60, 1, 400, label="Tokens at most", help="How much is written.")
    temperature: float = number(0.8, 0.0, 2.0, step=0.05, label="Temperature", help="0 always takes the likeliest token.")
    seed: int = seed()
    extra: str = written("", max_length=300, group="hidden", label="Question, labels or order")
    text: str = passage("The puffin spends most of its life far out at sea and comes to land only to breed.")

    def unused_controls(self) -> tuple[str, ...]:
        if self.task in ("generate", "chat"):
            return ()
        return ("temperature", "seed") if self.task in ("translate", "rewrite") else ("temperature", "seed", "tokens")

    @property
    def chosen(self) -> str:
        """The model asked for, or the first that suits the task."""
        return self.model or next(iter(TASKS[self.task][3]))

    def arguments(self) -> dict[str, Any]:
        """What `answer` takes.

        Raises:
            UserError: When there is nothing to read.
        """
        return {"task": self.task, "model": named(self.chosen), "text": clean(given(self.text)), "extra": self.extra, "tokens": self.tokens,
                "temperature": self.temperature, "seed": self.seed}  # fmt: skip


def named(model: str) -> str:
    """The model's name, if it is one: of what is bundled, or of the Hub.

    Raises:
        UserError: When no model can be called so.
    """
    return model if model in OWN.values() else hub_files.checked(model)


def here(model: str) -> bool:
    """Whether a model's files are on this machine."""
    return model in OWN.values() or hub_files.cached(model) is not None


@lru_cache(2)
def loaded(kind: str, model: str) -> tuple[Any, Any]:
    """Tokenizer and model (an `AutoModelFor…` of transformers) from files on this machine alone; no code but transformers' own is run.

    Raises:
        UserError: When the files are not here, or are not of such a model.
    """
    place = hub_files.cached(model)
    if place is None:
        raise hub_files.missing(model)
    from playground.core import torchvision_guard

    torchvision_guard.install()
    import transformers

    try:
        named = {"local_files_only": True, "trust_remote_code": False}
        tokenizer = transformers.AutoTokenizer.from_pretrained(place.parent, **named)
        network = getattr(transformers, f"AutoModelFor{kind}").from_pretrained(place.parent, use_safetensors=True, dtype=torch.float32, **named)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise UserError(f"{model} cannot be opened for this task ({type(error).__name__}: {str(error).splitlines()[0][:160]}).", "Choose a model made for it.") from error
    return tokenizer, network.eval()


def answer(task: str, model: str, text: str, extra: str, tokens: int, temperature: float, seed: int) -> dict[str, Any]:
    """What a model of the Hub answers, or one of our own.

    Returns:
        "text" (what was written), or "choices": [{"label", "score"}], or "names": [{"begin", "end", "kind", "share", "text"}];
        "milliseconds"; "cut": whether only the beginning was read.
    """
    if model in OWN.values():
        return _own(model, task, text, tokens, temperature, seed)
    kinds = {"translate": "Seq2SeqLM", "rewrite": "Seq2SeqLM", "generate": "CausalLM", "chat": "CausalLM", "fill": "MaskedLM", "classify": "SequenceClassification",
             "infer": "SequenceClassification", "names": "TokenClassification", "question": "QuestionAnswering"}  # fmt: skip
    tokenizer, network = loaded(kinds[task], model)
    started = time.perf_counter()
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        doing = {"fill": _fill, "classify": _classify, "infer": _infer, "names": _names, "question": _question}.get(task)
        found = doing(tokenizer, network, text, extra) if doing else _write(task, tokenizer, network, text, extra, tokens, temperature)
    return {**found, "milliseconds": 1000 * (time.perf_counter() - started), "cut": len(tokenizer(text)["input_ids"]) > READ}


def _own(model: str, task: str, text: str, tokens: int, temperature: float, seed: int) -> dict[str, Any]:
    from playground.experiments import text_translate, transformer_writing

    if OWN.get(task) != model:
        does = {"generate": "goes on writing", "translate": "translates from English to French"}[next(key for key, name in OWN.items() if name == model)]
        raise UserError(f"{model} {does} and does nothing else.", "Choose another model for this task.", field="model")
    if task == "translate":
        found = text_translate.translate(text)
        return {"text": found["text"], "milliseconds": found["milliseconds"], "cut": found["left"] > 0}
    made = transformer_writing.generate(prompt=text, tokens=tokens, temperature=temperature, seed=seed)
    return {"text": made["text"].strip(), "milliseconds": made["milliseconds"], "cut": made["cut"] > 0}


def _read(tokenizer: Any, network: Any, *texts: str) -> Any:
    most = min(READ, int(getattr(network.config, "max_position_embeddings", READ) or READ) - 4)
    return tokenizer(*texts, return_tensors="pt", truncation="only_second" if len(texts) > 1 else True, max_length=most)


def _write(task: str, tokenizer: Any, network: Any, text: str, extra: str, tokens: int, temperature: float) -> dict[str, Any]:
    told = {"translate": extra or "translate English to German:", "rewrite": "summarize:"}.get(task, "")
    asked = f"{told} {text}" if told and network.config.model_type in ("t5", "mt5") else text
    if task == "chat" and getattr(tokenizer, "chat_template", None):
        asked = tokenizer.apply_chat_template([{"role": "user", "content": text}], tokenize=False, add_generation_prompt=True)
    given_ = _read(tokenizer, network, asked)
    given_.pop("token_type_ids", None)
    sampled = {"do_sample": True, "temperature": temperature, "top_p": 0.95} if task in ("generate", "chat") and temperature > 0 else {"do_sample": False}
    made = network.generate(**given_, max_new_tokens=tokens, pad_token_id=tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id, **sampled)
    first = 0 if network.config.is_encoder_decoder else given_["input_ids"].shape[1]
    return {"text": tokenizer.decode(made[0][first:], skip_special_tokens=True).strip()}


def _fill(tokenizer: Any, network: Any, text: str, extra: str) -> dict[str, Any]:
    if "___" not in text:
        raise UserError("Mark the gap in the text with ___.", field="text")
    read = _read(tokenizer, network, text.replace("___", tokenizer.mask_token, 1))
    places = (read["input_ids"][0] == tokenizer.mask_token_id).nonzero()
    if not len(places):
        raise UserError("The gap lies beyond what the model reads at once.", "Put it nearer to the beginning.", field="text")
    best = network(**read).logits[0, int(places[0])].softmax(-1).topk(8)
    return {"choices": [{"label": tokenizer.decode([int(i)]).strip(), "score": float(share)} for share, i in zip(best.values, best.indices, strict=True)]}


def _classify(tokenizer: Any, network: Any, text: str, extra: str) -> dict[str, Any]:
    shares = network(**_read(tokenizer, network, text)).logits[0].softmax(-1).tolist()
    names = network.config.id2label
    return {"choices": sorted(({"label": str(names[i]), "score": share} for i, share in enumerate(shares)), key=lambda each: -each["score"])}


def _infer(tokenizer: Any, network: Any, text: str, extra: str) -> dict[str, Any]:
    from playground.experiments.text_labels import labels_of

    labels = labels_of(extra or "sport, politics, nature")
    place = next((i for i, name in network.config.id2label.items() if "entail" in str(name).lower()), None)
    if place is None:
        raise UserError("This model was not trained to say what follows from what.", "Choose one trained on natural language inference.", field="model")
    logits = torch.stack([network(**_read(tokenizer, network, text, f"This text is about {each}.")).logits[0, int(place)] for each in labels])
    return {"choices": sorted(({"label": each, "score": share} for each, share in zip(labels, logits.softmax(0).tolist(), strict=True)), key=lambda each: -each["score"])}


def _names(tokenizer: Any, network: Any, text: str, extra: str) -> dict[str, Any]:
    read = tokenizer(text, return_tensors="pt", truncation=True, max_length=min(READ, 512), return_offsets_mapping=True)
    places = read.pop("offset_mapping")[0].tolist()
    best = network(**read).logits[0].softmax(-1).max(-1)
    found: list[dict[str, Any]] = []
    for (begin, end), share, number_ in zip(places, best.values.tolist(), best.indices.tolist(), strict=True):
        kind = str(network.config.id2label[number_]).split("-")[-1]
        if begin == end or kind not in ("PER", "LOC", "ORG"):
            continue
        if found and found[-1]["kind"] == kind and begin - found[-1]["end"] <= 1:
            found[-1] |= {"end": end, "text": text[found[-1]["begin"] : end]}
        else:
            found.append({"begin": begin, "end": end, "kind": kind, "share": share, "text": text[begin:end]})
    return {"names": found}


def _question(tokenizer: Any, network: Any, text: str, extra: str) -> dict[str, Any]:
    from playground.zoo.language_spans import best_spans

    read = _read(tokenizer, network, clean(extra or "What is this about?", "The question", 300), text)
    places = tokenizer(extra or "What is this about?", text, truncation="only_second", max_length=read["input_ids"].shape[1], return_offsets_mapping=True)
    spots = [tuple(place) if part == 1 else None for place, part in zip(places["offset_mapping"], places.sequence_ids(0), strict=True)]
    output = network(**read)
    logits = torch.stack([output.start_logits[0], output.end_logits[0]], 1).double().numpy()
    best = best_spans(logits, spots, 24, 4)
    powers = torch.tensor([score for score, _, _ in best]).softmax(0).tolist()
    return {"choices": [{"label": text[begin:end], "score": share} for (_, begin, end), share in zip(best, powers, strict=True)]}
