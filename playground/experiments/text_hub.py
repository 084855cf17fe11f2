"""Language models from the Hub: which suit which task, and what they answer once their files are on this machine."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any, ClassVar

from playground.core.errors import UserError
from playground.core.fields import choice, integer, number, seed
from playground.core.fields import text as written
from playground.core.lazy import lasting, torch
from playground.data import hub_files
from playground.data.texts import clean
from playground.experiments.hub_rewriting import rewrite
from playground.experiments.hub_writing import write
from playground.experiments.stills import Still
from playground.experiments.text_settings import given, passage

READ = 900  # tokens of the text that are read
# task: (title, what works here without a network, its part of the screen, models: name → title)
OWN = {"generate": "stories-gpt", "translate": "translate-en-fr"}  # the models here that are not of the Hub, by what they do
TASKS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "translate": ("Translate", "translate-en-fr, which is bundled, translates everyday sentences without a download; the part Translate opens it up.", "translate",
                  {OWN["translate"]: "translate-en-fr, bundled: everyday sentences, English to French",
                   "google-t5/t5-small": "T5 small: English to German, French, Romanian, 240 MB",
                   "google-t5/t5-base": "T5 base: the same languages, better, 890 MB"}),
    "generate": ("Go on writing", "stories-gpt, which is bundled, writes without a download.", "generate",
                 {OWN["generate"]: "stories-gpt, bundled: children's stories",
                  "distilbert/distilgpt2": "DistilGPT-2, 350 MB", "openai-community/gpt2": "GPT-2, 550 MB", "HuggingFaceTB/SmolLM2-135M": "SmolLM2 135M, 270 MB"}),
    "chat": ("Converse", "No bundled model converses; searching a text of yours works here without a download.", "search",
             {"HuggingFaceTB/SmolLM2-135M-Instruct": "SmolLM2 135M Instruct, 270 MB", "HuggingFaceTB/SmolLM2-360M-Instruct": "SmolLM2 360M Instruct, 720 MB"}),
    "fill": ("Fill the gap", "No bundled model fills gaps; comparing sentences works here without a download.", "compare",
             {"distilbert/distilbert-base-uncased": "DistilBERT, 270 MB", "google-bert/bert-base-uncased": "BERT base, 440 MB"}),
    "rewrite": ("Summarize in new words", "The bundled summary keeps the central sentences as they are.", "summary",
                {"google-t5/t5-small": "T5 small, 240 MB", "facebook/bart-large-cnn": "BART large, news, 1.6 GB"}),
    "classify": ("Classify", "Sentiment and topic are bundled.", "classify",
                 {"distilbert/distilbert-base-uncased-finetuned-sst-2-english": "DistilBERT sentiment, 270 MB",
                  "bhadresh-savani/distilbert-base-uncased-emotion": "DistilBERT, six feelings, 270 MB"}),
    "names": ("Find names", "Names and parts of speech are bundled.", "tags", {"dslim/bert-base-NER": "BERT base NER, 430 MB", "dslim/distilbert-NER": "DistilBERT NER, 260 MB"}),
    "question": ("Answer a question", "Answering from a passage is bundled.", "answer",
                 {"distilbert/distilbert-base-cased-distilled-squad": "DistilBERT SQuAD, 260 MB", "deepset/roberta-base-squad2": "RoBERTa SQuAD 2, 500 MB"}),
    "infer": ("Own labels by inference", "Own labels by nearness are bundled.", "labels",
              {"typeform/distilbert-base-uncased-mnli": "DistilBERT MNLI, 270 MB", "facebook/bart-large-mnli": "BART large MNLI, 1.6 GB"}),
}  # fmt: skip
TITLES = {key: row[0] for key, row in TASKS.items()}
# What a task is told beside the text, and what it is told when nothing is given.
EXTRA = {"question": ("Question", "What is this about?"), "infer": ("Labels, separated by commas", "sport, politics, nature"),
         "translate": ("What T5 is told to do", "translate English to German:")}  # fmt: skip
ORDERS = {"translate": EXTRA["translate"][1], "rewrite": "summarize:"}  # what T5 is told
KINDS = {"PER": "PER", "PERSON": "PER", "LOC": "LOC", "LOCATION": "LOC", "GPE": "LOC", "ORG": "ORG", "ORGANIZATION": "ORG"}  # of names, as models call them
MODELS = {name: title for row in TASKS.values() for name, title in row[3].items()}


class HubText(Still):
    """A task, a model of the Hub, a text."""

    key: ClassVar[str] = "text_hub"
    title: ClassVar[str] = "Language models from the Hub"
    page: ClassVar[str] = "text"

    task: str = choice("generate", TITLES, label="Task")
    model: str = written("", max_length=140, group="hidden", label="Model")
    tokens: int = integer(100, 1, 400, label="Tokens at most", help="How much is written before it is asked whether to go on.")
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

    def drawing(self) -> dict[str, Any]:
        """What `hub_writing.write` takes beside what stands before and how much is to be written."""
        return {"model": named(self.chosen), "seed": self.seed, "temperature": self.temperature, "top_k": 0, "top_p": 0.95, "min_p": 0.0}


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
@lasting
def loaded(kind: str, model: str) -> tuple[Any, Any]:
    """Tokenizer and model (an `AutoModelFor…` of transformers) from files on this machine alone; no code but transformers' own is run.

    Raises:
        UserError: When the files are not here, or are not of such a model.
    """
    place = hub_files.cached(model)
    if place is None:
        raise hub_files.missing(model)
    from playground.networks.hub import opened

    return opened(place, model, f"AutoModelFor{kind}")


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
    if task in ("generate", "chat"):
        turns = ({"role": "user", "content": text},) if task == "chat" else ()
        made = write(model, text, turns, (), tokens, seed, temperature, 0, 0.95, 0.0, seconds=float("inf"))
        return {"text": made["text"].strip(), "milliseconds": made["milliseconds"], "cut": made["left_out"] > 0}
    if task in ORDERS:
        made = rewrite(model, text, extra or ORDERS[task], (), tokens, seconds=float("inf"))
        return {"text": made["text"].strip(), "milliseconds": made["milliseconds"], "cut": made["left_out"] > 0}
    started = time.perf_counter()
    with torch.inference_mode():
        found = {"fill": _fill, "classify": _classify, "infer": _infer, "names": _names, "question": _question}[task](tokenizer, network, text, extra)
    return {**found, "milliseconds": 1000 * (time.perf_counter() - started), "cut": len(tokenizer(text)["input_ids"]) > most_of(network)}


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


def most_of(network: Any) -> int:
    """Tokens of a text that a network is given."""
    return min(READ, int(getattr(network.config, "max_position_embeddings", 0) or READ) - 4)


def _read(tokenizer: Any, network: Any, *texts: str) -> Any:
    return tokenizer(*texts, return_tensors="pt", truncation="only_second" if len(texts) > 1 else True, max_length=most_of(network))


def _fill(tokenizer: Any, network: Any, text: str, extra: str) -> dict[str, Any]:
    if "___" not in text:
        raise UserError("Mark the gap in the text with ___.", field="text")
    if tokenizer.mask_token_id is None:
        raise UserError("This model has no sign for a gap.", "Choose one that was trained to fill gaps.", field="model")
    read = _read(tokenizer, network, text.replace("___", tokenizer.mask_token, 1))
    places = (read["input_ids"][0] == tokenizer.mask_token_id).nonzero()
    if not len(places):
        raise UserError("The gap lies beyond what the model reads at once.", "Put it nearer to the beginning.", field="text")
    best = network(**read).logits[0, int(places[0])].softmax(-1).topk(8)
    return {"choices": [{"label": tokenizer.decode([int(i)]).strip(), "score": float(share)} for share, i in zip(best.values, best.indices, strict=True)]}


def _classify(tokenizer: Any, network: Any, text: str, extra: str) -> dict[str, Any]:
    logits = network(**_read(tokenizer, network, text)).logits[0]
    several = network.config.problem_type == "multi_label_classification"  # each label is true or not, whatever the others are
    shares, names = (logits.sigmoid() if several else logits.softmax(-1)).tolist(), network.config.id2label
    return {"choices": sorted(({"label": str(names[i]), "score": share} for i, share in enumerate(shares)), key=lambda each: -each["score"])}


def _infer(tokenizer: Any, network: Any, text: str, extra: str) -> dict[str, Any]:
    from playground.experiments.text_labels import labels_of

    labels = labels_of(extra or EXTRA["infer"][1])
    place = next((i for i, name in network.config.id2label.items() if "entail" in str(name).lower()), None)
    if place is None:
        raise UserError("This model was not trained to say what follows from what.", "Choose one trained on natural language inference.", field="model")
    logits = torch.stack([network(**_read(tokenizer, network, text, f"This text is about {each}.")).logits[0, int(place)] for each in labels])
    return {"choices": sorted(({"label": each, "score": share} for each, share in zip(labels, logits.softmax(0).tolist(), strict=True)), key=lambda each: -each["score"])}


def _names(tokenizer: Any, network: Any, text: str, extra: str) -> dict[str, Any]:
    kinds = {number: KINDS[kind] for number, name in network.config.id2label.items() if (kind := str(name).split("-")[-1].upper()) in KINDS}
    if not kinds:
        raise UserError("This model marks no persons, places or organisations.", "Choose one that was trained to find names.", field="model")
    read = tokenizer(text, return_tensors="pt", truncation=True, max_length=most_of(network), return_offsets_mapping=True)
    places = read.pop("offset_mapping")[0].tolist()
    best = network(**read).logits[0].softmax(-1).max(-1)
    found: list[dict[str, Any]] = []
    for (begin, end), share, number_ in zip(places, best.values.tolist(), best.indices.tolist(), strict=True):
        kind = kinds.get(number_)
        if begin == end or kind is None:
            continue
        if found and found[-1]["kind"] == kind and begin - found[-1]["end"] <= 1:
            found[-1] |= {"end": end, "text": text[found[-1]["begin"] : end]}
        else:
            found.append({"begin": begin, "end": end, "kind": kind, "share": share, "text": text[begin:end]})
    return {"names": found}


def _question(tokenizer: Any, network: Any, text: str, extra: str) -> dict[str, Any]:
    from playground.zoo.language_spans import best_spans

    question = clean(extra or EXTRA["question"][1], "The question", 300)
    read = _read(tokenizer, network, question, text)
    places = tokenizer(question, text, truncation="only_second", max_length=read["input_ids"].shape[1], return_offsets_mapping=True)
    spots = [tuple(place) if part == 1 else None for place, part in zip(places["offset_mapping"], places.sequence_ids(0), strict=True)]
    output = network(**read)
    logits = torch.stack([output.start_logits[0], output.end_logits[0]], 1).double().numpy()
    best = best_spans(logits, spots, 24, 4)
    powers = torch.tensor([score for score, _, _ in best]).softmax(0).tolist()
    return {"choices": [{"label": text[begin:end], "score": share} for (_, begin, end), share in zip(best, powers, strict=True)]}
