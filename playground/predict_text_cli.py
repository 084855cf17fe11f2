"""python -m playground predict text: one task on texts given as words or as lines of standard input."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from playground.core.errors import UserError
from playground.core.limits import TEXT_LINES

Records = list[dict[str, Any]]


def main(words: Sequence[str]) -> int:
    """Parse, answer, print; returns the exit status: 0 done, 2 the request makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m playground predict text", description=__doc__)
    parser.add_argument("--task", required=True, choices=sorted(TASKS), help="what to do")
    parser.add_argument("--model", help="a model of the Hub that is on this machine (default: what is bundled)")
    parser.add_argument("--json", action="store_true", help="print one JSON array, an item a line")
    parser.add_argument("--question", help="for qa")
    parser.add_argument("--query", help="for search")
    parser.add_argument("--labels", help="for zero-shot, separated by commas")
    parser.add_argument("--template", default="This text is about {}.", help="for zero-shot: the sentence around each label")
    parser.add_argument("--sentences", type=int, default=3, help="for summary: how many are kept")
    parser.add_argument("--count", type=int, default=5, help="for search: passages printed")
    parser.add_argument("--tokens", type=int, default=60, help="for generation: how many are written")
    parser.add_argument("--temperature", type=float, default=0.8, help="for generation: 0 always takes the likeliest token")
    parser.add_argument("--seed", type=int, default=0, help="for generation")
    parser.add_argument("--column", help="of a table given with --file")
    parser.add_argument("--file", help="a TXT, CSV, TSV, XLSX or Parquet file in place of texts")
    parser.add_argument("text", nargs="*", help="texts, one each; without any, lines of standard input")
    parsed = parser.parse_args(words)
    try:
        texts = _texts(parsed)
        import torch

        torch.set_num_threads(1)
        records = _from_hub(parsed, texts) if parsed.model else TASKS[parsed.task](parsed, texts)
    except UserError as error:
        print(f"playground: {error}", file=sys.stderr)
        return 2
    _print(records, parsed.json)
    return 0


def _texts(parsed: argparse.Namespace) -> list[str]:
    if parsed.file:
        from pathlib import Path

        from playground.data.uploads_texts import read_texts

        path = Path(parsed.file)
        if not path.is_file():
            raise UserError(f"There is no file {parsed.file!r}.")
        read = read_texts(path.name, path.read_bytes())
        return read.column(parsed.column or read.likely)
    whole = parsed.task in WHOLE  # these read a document, the others a text a line
    texts = list(parsed.text)
    if not texts:
        given = sys.stdin.buffer.read().decode("utf-8", "replace")
        texts = [given] if whole else [line for line in given.splitlines() if line.strip()]
    if not texts or not any(each.strip() for each in texts):
        raise UserError("There is no text.", "Give it as words, as --file, or as lines of standard input.")
    if len(texts) > TEXT_LINES:
        raise UserError(f"These are {len(texts):,} texts; at most {TEXT_LINES:,} are read at once.")
    return texts


def _print(records: Records, as_json: bool) -> None:
    if as_json:
        print("[" + ",\n".join(json.dumps({name: value for name, value in each.items() if name != "line"}, ensure_ascii=False) for each in records) + "]")
        return
    for each in records:
        if "problem" in each:
            print(f"{each['problem']}")
        elif "label" in each:
            print(f"{each['label']:<14} {each['score']:.4f}  {each['text']}")
        else:
            print(each.get("line") or json.dumps(each, ensure_ascii=False))


def _classify(model: str) -> Callable[[argparse.Namespace, list[str]], Records]:
    def answer(parsed: argparse.Namespace, texts: list[str]) -> Records:
        from playground.experiments.text_classify import lines_of

        return lines_of(model, texts)

    return answer


def _tags(field: str) -> Callable[[argparse.Namespace, list[str]], Records]:
    def answer(parsed: argparse.Namespace, texts: list[str]) -> Records:
        from playground.experiments.text_tags import lines_of

        records = lines_of(texts)
        if parsed.json:
            return [{name: value for name, value in each.items() if name in ("text", field, "problem")} for each in records]
        marks = ("kind", "share") if field == "names" else ("tag",)
        return [each if "problem" in each else {"line": "  ".join(f"{one['text']}/{one[marks[0]]}" for one in each[field]) or "–"} for each in records]

    return answer


def _question(parsed: argparse.Namespace, texts: list[str]) -> Records:
    from playground.data.texts import clean
    from playground.experiments.text_answer import answer

    if not parsed.question:
        raise UserError("A question is needed.", "Give it with --question.")
    records = []
    for each in texts:
        found = answer(clean(each, "The passage"), clean(parsed.question, "The question", 300))
        near = max(range(len(found["sentences"])), key=lambda i: found["nearness"][i])
        begin, end = found["sentences"][near]
        best = {"text": "", "score": 0.0} if found["none"] else found["answers"][0] if found["answers"] else {"text": each[begin:end], "score": float(found["nearness"][near])}
        records.append({"question": parsed.question, "answer": best["text"], "score": best["score"], "sentence": clean(each)[begin:end], "line": best["text"]})
    return records


def _similarity(parsed: argparse.Namespace, texts: list[str]) -> Records:
    from playground.data.texts import clean
    from playground.zoo import language

    if len(texts) % 2:
        raise UserError(f"Texts are compared in pairs, got {len(texts)}.", "Give two texts, or an even number of lines.")
    vectors = language.embed([clean(each) for each in texts])
    found = [(texts[i], texts[i + 1], float(vectors[i] @ vectors[i + 1])) for i in range(0, len(texts), 2)]
    return [{"first": first, "second": second, "similarity": near, "line": f"{near:.4f}"} for first, second, near in found]


def _search(parsed: argparse.Namespace, texts: list[str]) -> Records:
    from playground.experiments.text_search import passages_of, search

    if not parsed.query:
        raise UserError("A search needs a question.", "Give it with --query.")
    passages = [each for text in texts for each in (passages_of(text, 2) if len(texts) == 1 else [text])]
    found = search(passages, parsed.query, "meaning")
    return [{"passage": passages[i], "cosine": float(found["cosines"][i]), "line": f"{found['cosines'][i]:.4f}  {passages[i]}"} for i in found["order"][: parsed.count].tolist()]


def _labels(parsed: argparse.Namespace, texts: list[str]) -> Records:
    from playground.experiments.text_labels import OwnLabels, labels_of, lines_of

    if not parsed.labels:
        raise UserError("Labels are needed.", "Give them with --labels sport,politics,nature.")
    return lines_of(texts, labels_of(parsed.labels), parsed.template, OwnLabels().temperature)


def _summary(parsed: argparse.Namespace, texts: list[str]) -> Records:
    from playground.data.texts import clean
    from playground.experiments.text_summary import Summary, summarize

    chosen = Summary(count=parsed.sentences)
    records = []
    for each in texts:
        found = summarize(clean(each), chosen.count, chosen.variety, chosen.lead)
        records.append({"summary": found["summary"], "chosen": found["chosen"], "line": found["summary"]})
    return records


def _embed(parsed: argparse.Namespace, texts: list[str]) -> Records:
    from playground.data.texts import clean
    from playground.zoo import language

    vectors = language.embed([clean(each) for each in texts])
    return [{"text": each, "embedding": [round(float(x), 6) for x in vector]} for each, vector in zip(texts, vectors, strict=True)]


def _generation(parsed: argparse.Namespace, texts: list[str]) -> Records:
    from playground.data.texts import clean
    from playground.experiments.transformer_writing import generate

    records = []
    for each in texts:
        made = generate(prompt=clean(each), tokens=parsed.tokens, temperature=parsed.temperature, seed=parsed.seed)
        records.append({"prompt": each, "text": made["text"], "line": f"{each}{made['text']}"})
    return records


def _translation(parsed: argparse.Namespace, texts: list[str]) -> Records:
    from playground.experiments.text_translate import lines_of

    return [{**each, "line": each.get("translation", "")} for each in lines_of(texts)]


TASKS: dict[str, Callable[[argparse.Namespace, list[str]], Records]] = {
    "sentiment": _classify("sentiment"), "topic": _classify("topic"), "ner": _tags("names"), "pos": _tags("words"), "qa": _question, "similarity": _similarity,
    "search": _search, "zero-shot": _labels, "summary": _summary, "embed": _embed,
    "generation": _generation, "translation": _translation,
}  # fmt: skip
HUB = {"sentiment": "classify", "topic": "classify", "ner": "names", "qa": "question", "zero-shot": "infer", "summary": "rewrite", "generation": "generate",
       "translation": "translate"}  # fmt: skip
WHOLE = ("qa", "summary", "search")


def _from_hub(parsed: argparse.Namespace, texts: list[str]) -> Records:
    from playground.experiments.text_hub import HubText, answer, named

    if parsed.task not in HUB:
        raise UserError(f"The task {parsed.task} is done by the bundled backbone alone.", f"--model goes with {', '.join(HUB)}.")
    records = []
    more = {"tokens": parsed.tokens, "temperature": parsed.temperature, "seed": parsed.seed} if parsed.task == "generation" else {}
    for each in texts:
        task = HubText(task=HUB[parsed.task], model=named(parsed.model), extra=(parsed.question or parsed.labels or "")[:300], **more)
        found = answer(**{**task.arguments(), "text": each})
        best = found["choices"][0] if "choices" in found else None
        if parsed.task == "translation":
            best = {"translation": found["text"], "line": found["text"]}
        records.append({"text": each, **(best or {name: value for name, value in found.items() if name in ("names", "text")})})
    return records


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
