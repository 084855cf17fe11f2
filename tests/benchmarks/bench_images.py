"""How fast the Images screen answers, against the bare network in the same run. Prints a table; never fails.

Run: python tests/benchmarks/bench_images.py
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("PLAYGROUND_HOME", tempfile.mkdtemp(prefix="bench-images-"))
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np

SEEN = {"picture": "digit-5", "drawing": "", "upload": ""}


def median(function, times=15):
    """Milliseconds, the median of `times` calls after one to warm up."""
    function()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        function()
        taken.append(1000 * (time.perf_counter() - started))
    return statistics.median(taken)


def in_turns(one, other, times):
    """Milliseconds of both, medians of calls that take turns: a clock that changes its rate changes both, and their ratio stays."""
    one(), other()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        one()
        middle = time.perf_counter()
        other()
        taken.append((1000 * (middle - started), 1000 * (time.perf_counter() - middle)))
    return [statistics.median(each) for each in zip(*taken, strict=True)]


def line(words, value, unit="ms", more=""):
    print(f"{words:<62} {value:9.2f} {unit} {more}")


def memory(process):
    """Resident memory in MB of a process, its shared pages counted in full."""
    for row in Path(f"/proc/{process}/status").read_text().splitlines():
        if row.startswith("VmRSS"):
            return int(row.split()[1]) / 1024
    return float("nan")


def through_the_app():
    """First and next predictions as a page asks for them: through the warm evaluator, with new pictures each time."""
    from playground.experiments import images_predict
    from playground.runs.engine import close_engine, get_engine

    engine = get_engine()
    engine.warm()
    started = time.perf_counter()
    engine.compute(images_predict.predict, name="digits-cnn", seen=SEEN, top=5)
    line("first prediction on a warm server, digits-cnn", 1000 * (time.perf_counter() - started), more="(at most 1500)")
    pictures = iter([f"digit-{i % 10}" for i in range(200)])
    asked = lambda: engine.compute(images_predict.predict, name="digits-cnn", seen={**SEEN, "picture": next(pictures)}, top=5)
    line("next predictions through the evaluator, another picture each", median(asked))
    for process in engine.evaluators._all:
        line("resident memory of an evaluator afterwards", memory(process.pid), "MB")
    line("resident memory of the app's process", memory(os.getpid()), "MB")
    close_engine()


def in_one_process():
    """Predictions and explanations against the bare call of the same network on the same pictures."""
    import torch

    torch.set_num_threads(1)
    from playground.experiments import images_models, images_predict
    from playground.experiments.images_models import Classifier
    from playground.explain import attribution, attribution_layers, attribution_score

    timm = images_models._timm()
    networks = {name: images_models.classifier(name) for name in ("digits-cnn", "explainer-cnn")}
    for name, side in (("resnet18", 224), ("vit_tiny_patch16_224", 224)):
        model = timm.create_model(name, pretrained=False)
        images_models._still(model)
        recipe = images_models.timm_recipe((side, side), 0.95, "center", "bicubic")
        networks[name] = Classifier(name, model, tuple(map(str, range(1000))), (3, side, side), (0.5,) * 3, (0.5,) * 3, recipe, 0, 0)
    for opener in (images_predict, attribution_layers):
        opener.classifier = lambda name: networks[name]
    for name, opened in networks.items():
        seen = {**SEEN, "picture": "digit-5" if opened.shape[0] == 1 else "cat"}
        picture = torch.rand(1, *opened.shape)

        @torch.inference_mode()
        def call(opened=opened, picture=picture):
            opened.module(picture)

        bare, asked = in_turns(call, lambda name=name, seen=seen: images_predict.predict(name, seen), 101)
        line(f"{name}: bare call", bare)

        def whole(name=name, seen=seen):
            images_predict._prepared.cache_clear()
            images_predict._steps.cache_clear()
            images_predict.predict(name, seen)

        line(f"{name}: prediction, picture made ready before", asked, more=f"{asked / bare:5.2f} x bare")
        line(f"{name}: prediction with making ready", median(whole), more="")
        for method in ("gradcam", "layercam", "saliency", "integrated", "occlusion"):
            times = 3 if method in ("integrated", "occlusion") else 9
            spent = median(lambda opened=opened, picture=picture, method=method: attribution.explain(opened, picture, 3, method), times)
            line(f"{name}: {method}", spent, more=f"{spent / bare:6.1f} x bare")
        values = np.random.default_rng(0).random(opened.shape[1:])
        line(f"{name}: deletion and insertion, 24 points", median(lambda opened=opened, picture=picture, values=values: attribution_score.score(opened, picture, 3, values), 2))


if __name__ == "__main__":
    through_the_app()
    in_one_process()
