"""How fast the bundled language heads answer on one thread, in processor time, which other work on the machine disturbs less.

Run: python -m tests.benchmarks.bench_text
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import statistics
import time

import torch

from playground.data.text_samples import REVIEWS, THEMES
from playground.experiments import text_classify, text_search, text_translate
from playground.experiments.text_compare import Compare, compare
from playground.explain.text_attribution import weigh
from playground.zoo import language


def median_ms(call, times=15):
    call()
    taken = []
    for _ in range(times):
        started = time.process_time()
        call()
        taken.append(1000 * (time.process_time() - started))
    return statistics.median(taken)


def main():
    torch.set_num_threads(1)
    started = time.process_time()
    language.backbone()
    print(f"{'backbone loaded and checked':<44}{1000 * (time.process_time() - started):9.1f} ms")
    print(f"{'sentiment of one sentence (bar: 60)':<44}{median_ms(lambda: text_classify.classify('sentiment', [text_classify.SAMPLE])):9.1f} ms")
    print(f"{'its integrated gradients, 24 points':<44}{median_ms(lambda: weigh('sentiment', text_classify.SAMPLE, 1, 'gradients', 24), 5):9.1f} ms")
    print(f"{'similarity of two sentences':<44}{median_ms(lambda: compare(**Compare().arguments())):9.1f} ms")
    settings = text_search.Search()
    print(f"{'a question to 92 passages read before':<44}{median_ms(lambda: text_search.search(settings.passages(), settings.query, 'meaning')):9.1f} ms")
    ours = text_translate.EXAMPLE
    print(f"{'one sentence translated, four beams':<44}{median_ms(lambda: text_translate.translate(ours)):9.1f} ms")
    print(f"{'the same, always the likeliest token':<44}{median_ms(lambda: text_translate.translate(ours, 1)):9.1f} ms")
    lines = [f"{each} ({i})" for i in range(15) for each in (*THEMES, *REVIEWS)][:1000]
    started = time.process_time()
    for start in range(0, len(lines), 48):
        text_classify.lines_of("sentiment", lines[start : start + 48])
    print(f"{'1,000 lines, sentences a second (bar: 80)':<44}{len(lines) / (time.process_time() - started):9.1f}")
    started = time.process_time()
    text_translate.lines_of([f"I have {i} books, and she has {2 * i}." for i in range(100)])
    print(f"{'100 lines translated, sentences a second':<44}{100 / (time.process_time() - started):9.1f}")


if __name__ == "__main__":
    main()
