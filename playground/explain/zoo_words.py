"""What the model zoo says: presets, the arithmetic of a layer with its numbers, glossary, sources, tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from playground.data.torchvision_table import PUBLISHED, Weights
from playground.experiments.zoo import Zoo
from playground.zoo import catalogue
from playground.zoo.catalogue import Model

Data = Mapping[str, Any]
INTRODUCTIONS = {
    "models": "Every model that comes with the app: what it is for, what it learnt from, how well it does and how that was measured. All of them work without a network.",
    "inside": "Where do the parameters lie, and where does the work happen? Seldom in the same layers: compare the rows of bars.",
    "published": "A hundred published classifiers of one task: how much more work bought how much more accuracy? The line joins those that nothing cheaper beats.",
    "kept": "Models that were fetched from the Hub lie on this machine's disk until you take them away; timm and transformers find them, too.",
}
# key, title, why, values, good
_INSIDE: tuple[tuple[str, str, str, dict[str, Any], bool], ...] = (
    ("small", "One screen of layers", "Four convolutions do all the work, and the one linear layer at the end holds nearly half of all parameters.",
     {"model": "explainer-cnn"}, True),
    ("digits", "Reads digits", "Each halving of the picture divides the work by four while the channels double: the later layers hold the parameters, the early ones the memory.",
     {"model": "digits-cnn"}, True),
    ("text", "Reads text", "Half of all parameters are a table of words, which computes nothing: it is looked up. The work lies in six blocks of equal cost.",
        {"model": "sentiment"}, True),
    ("resnet50", "ResNet-50", "Its cost is spread evenly over four stages on purpose; most of its convolutions are 1 × 1.", {"model": "timm:resnet50"}, True),
    ("vit", "Vision transformer", "Twelve blocks of the same cost; the products of tokens with tokens, which everyone speaks of, are the small part.",
     {"model": "timm:vit_base_patch16_224"}, True),
    ("mobile", "Depthwise: MobileNetV3", "A convolution that never mixes channels costs almost nothing, so the 1 × 1 ones beside it do the work.",
     {"model": "timm:mobilenetv3_small_100"}, True),
    ("vgg", "VGG-16: one layer too large", "Three parameters in four lie in one linear layer, which does less than 1 % of the work; an average over the plane would do.",
     {"model": "torchvision:vgg16"}, False),
    ("alexnet", "AlexNet: the same mistake", "The first deep winner: 61 million parameters, of which nineteen in twenty are linear layers.",
        {"model": "torchvision:alexnet"}, False),
)  # fmt: skip


def presets(part: str) -> tuple[tuple[str, str, str, Mapping[str, Any], bool], ...]:
    """Those of a part whose networks are here."""
    if part != "inside":
        return ()
    known = catalogue.models()
    return tuple(row for row in _INSIDE if ":" in row[3]["model"] or row[3]["model"] in known)


GLOSSARY = {
    "Parameter": "A number that training sets. A file holds two or four bytes of each.",
    "FLOPs": "Floating-point operations of one call: a multiply-add counts as two. Papers on vision often count multiply-adds and call those FLOPs: half the number.",
    "Activation": "What a layer hands on. While training all of them are kept for the way back, so they, not the parameters, often fill the memory.",
    "Top-1": "The share of pictures whose likeliest answer is the right one.",
    "Held out": "Examples that no training has seen; only they tell how a model will do on yours.",
    "float16": "A number in two bytes instead of four: half the file, about three digits.",
    "Safetensors": "A file of numbers and their names. Unlike a pickle it can hold no program.",
    "Backbone and head": "A large network that turns an input into a few hundred numbers, and a small one that makes a task of them; many heads may share one backbone.",
    "Cache": "The folder in which downloads are kept so that they are fetched once.",
}
SOURCES = (
    "Scores of bundled models: measured by `python -m playground zoo evaluate NAME`", f"Published classifiers: {PUBLISHED}",
    "Mitchell et al. 2019, Model cards for model reporting", "Howard et al. 2017, MobileNets, section 3.1 (the cost of a convolution)",
    "Simonyan and Zisserman 2015, table 1 (VGG)", "He et al. 2016, table 1 (ResNet)", "Dosovitskiy et al. 2021, table 1 (ViT)",
        "Canziani, Paszke and Culurciello 2016, An analysis of deep neural network models",
)  # fmt: skip


def count(value: float) -> str:
    """A number as people say it: 162,562 → "163 k", 8.2e9 → "8.18 G"."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            digits = f"{value / size:.3g}"
            return f"{float(digits):g} {letter}" if "e" in digits else f"{digits} {letter}"
    return f"{value:g}"


def weight(size: float) -> str:
    """Bytes as people say them."""
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB" if size >= 1e3 else f"{size:.0f} bytes"


def score(name: str, value: float) -> str:
    """A score as people say it: shares of right answers in per cent."""
    low = name.lower()
    if 0 <= value <= 1 and any(word in low for word in ("accuracy", "f1", "match", "class asked", "same of real", "rouge")):
        return f"{100 * value:.2f} %"
    return f"{value:,.4g}"


def dearest(rows: Sequence[Data], key: str = "flops") -> int:
    """Number of the layer with most of a quantity; 0 of none."""
    return max(range(len(rows)), key=lambda i: rows[i][key], default=0)


def summary(data: Data) -> list[tuple[str, str]]:
    """The whole network in a few figures: name and value."""
    rows = [("Parameters", count(data["parameters"])), ("Operations", count(data["flops"])), ("Weights in memory", weight(data["weights"])), ("Outputs, all kept",
        weight(data["kept"]))]
    return [*rows, ("One call", f"{1000 * data['seconds']:.2f} ms")] if data["live"] else rows


def finding(data: Data) -> str:
    """One sentence on where the parameters and the work lie."""
    rows = data["rows"]
    if not rows or not data["flops"] or not data["parameters"]:
        return ""
    most, busiest = rows[dearest(rows, "parameters")], rows[dearest(rows)]
    words = f"**{most['name']}** holds {100 * most['parameters'] / data['parameters']:.0f} % of the parameters"
    if most is busiest:
        return f"{words} and does {100 * most['flops'] / data['flops']:.0f} % of the work."
    return (f"{words} and does {100 * most['flops'] / data['flops']:.1f} % of the work; **{busiest['name']}** does most of it, {100 * busiest['flops'] / data['flops']:.0f} %, "
            f"with {100 * busiest['parameters'] / data['parameters']:.2g} % of the parameters.")  # fmt: skip


def maths(row: Data) -> str:
    """What the chosen layer costs, with its numbers."""
    given = row["formula"]
    if not given:
        return (f"**{row['name']}** ({row['type']}) has no products of its own to count: {row['parameters']:,} parameters, output of {weight(row['bytes'])}."
            if not row["flops"] else
                f"**{row['name']}** ({row['type']}) multiplies what it is given with itself: {row['flops']:,} operations in matrix products, "
                "without parameters for them.")  # fmt: skip
    inputs, outputs, places = given["inputs"], given["outputs"], given["places"]
    if given["of"] == "convolution":
        kernel = r" \cdot ".join(map(str, given["kernel"]))
        own = inputs // given["groups"]
        grouped = f" Its channels stand in {given['groups']:,} groups that do not mix, so each output reads {own:,} of {inputs:,} channels." if given["groups"] > 1 else ""
        size = 1
        for each in given["kernel"]:
            size *= each
        learnt = size * own * outputs + given["bias"] * outputs
        return (
            f"Every output value is a sum over a window of every channel it reads: one multiplication and one addition for each weight, "
            f"at each of the places of the output.{grouped}\n\n"
            r"$$\text{operations} = 2 \cdot k_h k_w \cdot \tfrac{C_{in}}{g} \cdot C_{out} \cdot H_{out} W_{out}"
            rf" = 2 \cdot {kernel} \cdot {own} \cdot {outputs} \cdot {places} = {_tex(2 * size * own * outputs * places)}$$" "\n\n"
            r"$$\text{parameters} = k_h k_w \cdot \tfrac{C_{in}}{g} \cdot C_{out} + C_{out}\,[\text{bias}]"
            rf" = {kernel} \cdot {own} \cdot {outputs} {f'+ {outputs}' if given['bias'] else ''} = {_tex(learnt)}$$" "\n\n"
            "The parameters do not know how large the picture is; the work does. Halve both sides, and the work is a quarter."
        )  # fmt: skip
    learnt = inputs * outputs + given["bias"] * outputs
    return (
        f"Each of {outputs:,} outputs is a weighted sum of {inputs:,} inputs" + (f", for each of {places:,} tokens or places." if places > 1 else ".") + "\n\n"
        r"$$\text{operations} = 2 \cdot n_{in} \cdot n_{out} \cdot \text{places}"
        rf" = 2 \cdot {inputs} \cdot {outputs} \cdot {places} = {_tex(2 * inputs * outputs * places)}$$" "\n\n"
        rf"$$\text{{parameters}} = n_{{in}} \cdot n_{{out}} {'+ n_{out}' if given['bias'] else ''} = {_tex(learnt)}$$" "\n\n"
        "Every parameter is used once for each place: with a single place a linear layer does only two operations a parameter, and the processor waits for memory."
    )  # fmt: skip


def counted(data: Data) -> str:
    """How the figures come about, with those of the whole network."""
    size = data["parameters"]
    words = (
        f"**Parameters**: {size:,}, each counted once, however often its layer is called. As float32 they take 4 bytes each, {weight(4 * size)}; as float16 half of that.\n\n"
        f"**Operations**: {data['flops']:,} for this one input. torch counts them as they are dispatched: two for each multiply-add of a convolution, "
        "a matrix product or an attention. "
        f"Activations, normalisation and pooling are not counted, as is the custom. Papers that count multiply-adds would say {count(data['flops'] / 2)}.\n\n"
        f"**Memory**: to answer, it is enough to keep the outputs that are still needed, the largest of which has {weight(data['largest'])}. "
        f"To train, all of them are kept for the way back: "
        f"{weight(data['kept'])} for one example, {weight(32 * data['kept'])} for a batch of 32; Adam keeps {weight(12 * size)} besides the weights (gradients and two averages)."
    )  # fmt: skip
    if data["live"] and data["seconds"] > 0:
        words += (f"\n\n**Time**: {1000 * data['seconds']:.2f} ms is the median of five calls on one thread, "
                  f"{data['flops'] / data['seconds'] / 1e9:.1f} · 10⁹ operations a second. "
                  "The bars of time add up to a little more, for looking at the clock takes time, too.")  # fmt: skip
    return words


def bought(best: Sequence[Weights], across: str) -> str:
    """What the line of the best says, in words."""
    first, last = best[0], best[-1]
    dear, cheap = _cost(last, across), _cost(first, across)
    middle = next((each for each in best if each.top1 >= 0.8), last)
    return (f"From **{first.architecture}** ({100 * first.top1:.1f} %) to **{last.architecture}** ({100 * last.top1:.1f} %) the cost grows {dear / cheap:,.0f}-fold. "
            f"The first 80 % are reached by **{middle.architecture}** at {100 * _cost(middle, across) / dear:.2g} % of that cost.")  # fmt: skip


def returns(best: Sequence[Weights], across: str) -> str:
    """Errors against cost along the line of the best: the exponent of the power law that fits it."""
    import numpy as np

    x, y = np.log([_cost(each, across) for each in best]), np.log([1 - each.top1 for each in best])
    slope, start = np.polyfit(x, y, 1)
    return (
        "Along the line of the best the share of errors falls about like a power of the cost; a straight line through the logarithms of its "
        f"{len(best)} points gives\n\n$$\\text{{errors}} \\approx {np.exp(start):.3f} \\cdot \\text{{cost}}^{{{slope:.3f}}}$$\n\n"
        f"so ten times the cost leaves {100 * 10**slope:.0f} % of the errors, and halving the errors takes {2 ** (-1 / slope):,.0f} times the cost. "
        "The fit describes these published points and promises nothing beyond them: they differ in training recipes and data as well."
    )  # fmt: skip


def _cost(entry: Weights, across: str) -> float:
    return float(getattr(entry, across))


def _tex(value: int) -> str:
    return f"{value:,}".replace(",", r"\,")


def why_chance(models: Sequence[Model]) -> str:
    """What the chart of scores does not show, in words."""
    other = [f"{each.name} ({each.main[0]} {score(*each.main)})" for each in models if each.share is None and each.main and each.family not in ("agents", "backbone")]
    agents = [each for each in models if each.family == "agents"]
    words = "Points of different tasks are no rivals: the stem begins where guessing one of the classes would stand, and its length is what training has added."
    words += f" Not a share of right answers, so not drawn: {', '.join(other)}." if other else ""
    return words + (f" {len(agents)} agents are measured by their return: their cards say it." if agents else "")


def tasks(view: Zoo, data: Data | None) -> list[tuple[str, str, bool]]:
    """What to try; ticks itself."""
    opened = data is not None and bool(data["rows"])
    rows = data["rows"] if data is not None else []
    heavy = opened and max((row["parameters"] for row in rows), default=0) > 0.5 * max(1, data["parameters"] if data is not None else 1)
    return [
        ("zoo-inside", "Look inside a bundled model.", view.part == "inside" and opened and bool(data and data["live"])),
        ("zoo-heavy", "Find a network that keeps more than half of its parameters in one layer.", heavy and view.part == "inside" and len(rows) > 12),
        ("zoo-cheap", "Choose a layer that holds parameters but does no work that is counted.", opened and 0 <= view.layer < len(rows)
            and rows[view.layer]["parameters"] > 0 and not rows[view.layer]["flops"]),
        ("zoo-cost", "See what accuracy costs in parameters instead of operations.", view.part == "published" and view.across == "parameters"),
    ]  # fmt: skip
