"""What the Images screen says: presets, words, formulas with the current numbers, advice and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from playground.experiments.images import MODEL, PICTURE, PICTURES, Images
from playground.experiments.images_methods import METHODS
from playground.experiments.images_models import HUB, TIMM
from playground.zoo import cards

Data = Mapping[str, Any]
Row = tuple[str, str, str, Mapping[str, Any], bool]

INTRODUCTIONS = {
    "predict": "A network is shown a picture and names it. Look at three things: what is done to the picture before, how sure the answer is, and what comes second.",
    "why": "Where does the network look? Each map is another way of asking. Where they agree is evidence; the curves below tell which of them is faithful.",
    "many": "Many pictures at once: each is made ready, named and listed; those that cannot be read are named with the reason.",
    "find": "Not one name for the whole picture, but where each thing is: boxes, masks, and written words.",
}
_PREDICT: tuple[Row, ...] = (
    ("digit", "A handwritten five", "It was never shown this five; it is cut out and centred as the ones it learnt from.", {"picture": "digit-5", "model": "digits-cnn"}, True),
    ("cat", "A cat, 32 × 32", "Reduced to 32 × 32 pixels there is little of a cat left: look at the last step, and at what comes second.",
     {"picture": "cat", "model": "explainer-cnn"}, True),
    ("photo", "A cat, residual network", "The same photograph before a network with eight times the depth.", {"picture": "cat", "model": "cifar10-resnet"}, True),
    ("none", "No digit at all", "A checkerboard is none of ten digits, but ten shares always add up to 1: softmax cannot say “none of these”.",
     {"picture": "checks", "model": "digits-cnn"}, False),
    ("words", "A word it does not know", "“Flower” is not among its ten words, so it answers with the nearest of them, and may be sure of it.",
     {"picture": "flower", "model": "explainer-cnn"}, False),
    ("shoe", "A cat as clothing", "A network of clothes makes a garment of everything.", {"picture": "cat", "model": "fashion-cnn"}, False),
)  # fmt: skip
_WHY: tuple[Row, ...] = (
    ("five", "Three views of a five", "A map of a layer, a sum over a path, and covering patches: three different questions.", {"picture": "digit-5", "model": "digits-cnn"}, True),
    ("against", "Why not a three?", "The same five, explained for class 3: blue strokes speak for it, orange ones against.",
     {"picture": "digit-5", "model": "digits-cnn", "target": 3, "methods": ("integrated", "inputgrad", "occlusion")}, True),
    ("layers", "An early layer", "Grad-CAM and LayerCAM read the second convolution: LayerCAM stays sharp, Grad-CAM averages its weights away.",
     {"picture": "digit-5", "model": "digits-cnn", "layer": "features.0", "methods": ("gradcam", "gradcam++", "layercam")}, True),
    ("cat", "Where is the cat?", "Do the maps lie on the animal or on the ground behind it?",
     {"picture": "cat", "model": "explainer-cnn", "methods": ("gradcam", "smoothgrad", "occlusion")}, True),
    ("speckle", "Speckle", "One slope a pixel is noise with a pattern: saliency and input × gradient scatter, SmoothGrad averages the scatter away.",
     {"picture": "cat", "model": "explainer-cnn", "methods": ("saliency", "inputgrad", "smoothgrad")}, False),
    ("coarse", "A patch too large", "Covering half of the picture at once says only that the picture matters.",
     {"picture": "digit-5", "model": "digits-cnn", "methods": ("occlusion", "integrated"), "patch": 0.5}, False),
)  # fmt: skip


_FIND: tuple[Row, ...] = (
    ("number", "Eight digits", "Each connected piece of ink is cut out and named by the bundled digit network.", {"picture": "number"}, True),
    ("page", "Lines of writing", "Rows with ink, parted by rows without; a reader takes them one by one.", {"picture": "page", "task": "words"}, True),
    ("coins", "Coins taken for digits", "Whatever stands out is cut out, and the network must call it a digit.", {"picture": "coins"}, False),
)  # fmt: skip


def _usable(row: Row) -> bool:
    return row[3].get("model", MODEL) in cards.cards() and row[3].get("picture", PICTURE) in PICTURES


PRESETS = {"predict": tuple(row for row in _PREDICT if _usable(row)), "why": tuple(row for row in _WHY if _usable(row)),
           "find": tuple(row for row in _FIND if row[3]["picture"] in PICTURES)}  # fmt: skip

GLOSSARY = {
    "Classifier": "A network that gives every one of a fixed list of words a score, and by softmax a share; the shares add up to 1, whatever it is shown.",
    "Logit": "The score before softmax; a logit that is larger by 1 means e ≈ 2.7 times as likely.",
    "Softmax": "Turns logits z into shares: e to the z, divided by the sum over all classes.",
    "Top-k": "The k likeliest answers. Of a thousand near-alike classes the right one is often second or third.",
    "Preprocessing": "What is done to a picture before the network sees it: size, cut, colours, scale. Other preprocessing than in training costs accuracy.",
    "Attribution": "A number for each pixel that says how much it had to do with one score.",
    "Saliency": "The magnitude of the score's gradient with respect to each pixel.",
    "Class activation map": "The maps of a layer, weighted and added: where in the picture that layer found what the class is made of.",
    "Deletion and insertion": "A test of a map: delete pixels in its order and the share should fall fast; insert them into a blurred picture and it should rise fast.",
    "Hub": "The public store of model files. Only safetensors files are opened here: they hold numbers and no programs.",
}
SOURCES = (
    "Krizhevsky, Sutskever and Hinton 2012, ImageNet classification, section 4.1 (resize and crop)",
    *(f"{each.title}: {each.source}" for each in METHODS.values()),
    "Deletion and insertion: Petsiuk, Das and Saenko 2018, RISE, section 3.3",
    "Adebayo et al. 2018, Sanity checks for saliency maps",
    "Photographs: scikit-image (public domain and CC0) and scikit-learn (CC BY)",
)


@dataclass(frozen=True)
class Advice:
    """One sentence on what stands out, the numbers behind it, and the change that answers it (may be empty)."""

    words: str
    evidence: str
    change: Mapping[str, Any] = field(default_factory=dict)
    button: str = ""


def share(value: float) -> str:
    """A share as people read it."""
    return f"{100 * value:.2f} %" if 0 < value < 0.0005 or 0.9995 < value < 1 else f"{100 * value:.1f} %"


def title(name: str) -> str:
    """A classifier's name as it is shown."""
    if name in cards.cards():
        return cards.cards()[name].title
    return name.removeprefix(TIMM).removeprefix(HUB) if not name.startswith("shelf:") else "Your trained network"


def facts(data: Data) -> list[tuple[str, str]]:
    """What stands under an answer: name and value."""
    size = data["bytes"]
    return [
        ("Network", f"{1000 * data['calling']:.1f} ms"), ("Making ready", f"{1000 * data['preparing']:.1f} ms"),
        *([("Loading, once", f"{data['loading']:.2f} s")] if data["first"] and data["loading"] > 0.01 else []),
        ("Parameters", f"{data['parameters']:,}"), ("File", f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.0f} kB"),
        ("Classes", f"{data['count']:,}"), ("Entropy", f"{data['entropy']:.2f} of {np.log2(data['count']):.2f} bits"),
    ]  # fmt: skip


def normalised(data: Data) -> str:
    """The last step, which cannot be shown as a picture."""
    channels, height, width = data["shape"]
    pairs = ", ".join(f"(x − {m:.3f}) / {s:.3f}" for m, s in zip(data["mean"], data["std"], strict=True))
    return f"Then every value is divided by 255 and normalised, channel by channel: {pairs}. The network is given {channels} × {height} × {width} numbers."


def advice(view: Images, data: Data) -> list[Advice]:
    """What stands out in an answer; empty when nothing does."""
    best, second = float(data["shares"][0]), float(data["shares"][1]) if len(data["shares"]) > 1 else 0.0
    digits = view.model == "digits-cnn"
    photograph = view.picture not in ("drawn", "uploaded") and not view.picture.startswith("digit-")
    found = []
    if digits and photograph:
        other = next((name for name in ("cifar10-resnet", "explainer-cnn") if name in cards.cards()), "")
        found.append(Advice("This network knows digits only, and this is no digit.", f"Its ten shares add up to 1 all the same; the largest is {share(best)}.",
                            {"model": other} if other else {}, f"Ask {title(other)} instead" if other else ""))  # fmt: skip
    elif view.picture.startswith("digit-") and view.model in ("explainer-cnn", "cifar10-resnet", "fashion-cnn"):
        found.append(Advice("A digit is none of the things this network knows.", f"It says {data['labels'][0]} with {share(best)}.",
                            {"model": "digits-cnn"}, "Ask the digit network instead"))  # fmt: skip
    elif best < 0.4:
        found.append(Advice("The network is unsure.", f"Its best answer has {share(best)}; the entropy is {data['entropy']:.2f} of at most {np.log2(data['count']):.2f} bits."))
    elif best < 2 * second:
        found.append(Advice(f"It wavers between {data['labels'][0]} and {data['labels'][1]}.", f"{share(best)} against {share(second)}.",
                            {"part": "why", "target": int(data["indices"][1])}, f"See what speaks for {data['labels'][1]}"))  # fmt: skip
    return found


def maths(data: Data) -> str:
    """Softmax with the current numbers."""
    z, p = data["logits"], data["shares"]
    lines = ["**Softmax** turns the logits $z$ into shares:",
             rf"$$p_k = \frac{{e^{{z_k}}}}{{\sum_j e^{{z_j}}}}, \qquad p_\text{{{_tex(data['labels'][0])}}} = e^{{{z[0]:.3f} - {data['total']:.3f}}} = {p[0]:.4f}$$",
             rf"with $\log \sum_j e^{{z_j}} = {data['total']:.3f}$ over all {data['count']:,} classes."]  # fmt: skip
    if len(z) > 1:
        gap = float(z[0] - z[1])
        lines.append(rf"The second answer, {data['labels'][1]}, has $z = {z[1]:.3f}$: ${gap:.3f}$ less, that is $e^{{{gap:.3f}}} = {np.exp(gap):.3g}$ times less likely.")
    lines.append(rf"**Entropy** $H = -\sum_k p_k \log_2 p_k = {data['entropy']:.3f}$ bits; all alike would be $\log_2 {data['count']} = {np.log2(data['count']):.3f}$.")
    return "\n\n".join(lines)


def _tex(words: str) -> str:
    return "".join(each if each.isalnum() or each in " -" else " " for each in words)[:40]


def why_maths(about: Data, maps: Mapping[str, Data]) -> str:
    """The formulas of the methods on the screen, with their numbers."""
    formulas = {
        "gradcam": r"L = \mathrm{ReLU}\Big(\sum_k \alpha_k A_k\Big), \quad \alpha_k = \frac{1}{hw} \sum_{i,j} \frac{\partial z_c}{\partial A_{k,ij}}",
        "gradcam++": r"L = \mathrm{ReLU}\Big(\sum_k A_k \sum_{ij} \alpha_{k,ij}\, \mathrm{ReLU}(g_{k,ij})\Big), \quad \alpha = \frac{g^2}{2g^2 + \sum A\, g^3}",
        "layercam": r"L_{ij} = \mathrm{ReLU}\Big(\sum_k \mathrm{ReLU}(g_{k,ij})\, A_{k,ij}\Big)",
        "saliency": r"S_{ij} = \max_m \Big| \frac{\partial z_c}{\partial x_{m,ij}} \Big|",
        "inputgrad": r"S_{ij} = \sum_m x_{m,ij} \frac{\partial z_c}{\partial x_{m,ij}}",
        "integrated": r"S_{ij} = \sum_m (x - b)_{m,ij} \int_0^1 \frac{\partial z_c}{\partial x_{m,ij}} \big(b + a (x - b)\big)\, da, \qquad \sum_{ij} S_{ij} = z_c(x) - z_c(b)",
        "smoothgrad": r"S_{ij} = \max_m \frac{1}{n} \sum_{t=1}^{n} \Big| \frac{\partial z_c(x + \varepsilon_t)}{\partial x_{m,ij}} \Big|",
        "occlusion": r"S_{ij} = \operatorname{mean}_{P \ni ij} \big( z_c(x) - z_c(x \text{ without } P) \big)",
        "rollout": r"R = \prod_{l} \tfrac{1}{2} \big( \bar A_l + I \big) \ \text{(rows made to add up to 1)}, \quad \text{the class token's row}",
    }
    lines = [rf"Explained is the logit of **{about['label']}**, $z_c = {about['logit']:.3f}$, whose share is {share(about['share'])}."]
    for key, found in maps.items():
        extra = f"layer `{found['layer']}`, " if found["layer"] else ""
        gap = f"; its sum misses the score gained by {found['gap']:.1%}" if found["gap"] is not None else ""
        asked = f"{found['asked']} picture{'s' if found['asked'] != 1 else ''} asked about, {1000 * found['seconds']:.0f} ms"
        lines.append(f"**{METHODS[key].title}** — {METHODS[key].words} ({extra}{asked}{gap})")
        lines.append(f"$${formulas[key]}$$")
    return "\n\n".join(lines)


def predict_tasks(view: Images, data: Data) -> list[tuple[str, str, bool]]:
    """Things to try; done is read from the answer itself."""
    return [
        ("images-own", "Draw a digit on the pad and have it named with more than 90 %.", view.picture == "drawn" and float(data["shares"][0]) > 0.9),
        ("images-fool", "Find a picture that is no digit, of which the digit network is more than 60 % sure.",
         view.model == "digits-cnn" and view.picture in PICTURES and not view.picture.startswith(("digit-", "drawn", "uploaded")) and float(data["shares"][0]) > 0.6),
        ("images-other", "Show a photograph of your own.", view.picture == "uploaded"),
    ]  # fmt: skip


def why_tasks(view: Images, about: Data, scores: Mapping[str, Data]) -> list[tuple[str, str, bool]]:
    """Things to try in the studio."""
    best = max(scores, key=lambda key: scores[key]["insertion_area"], default="")
    return [
        ("images-against", "Explain a class that is not the answer.", view.target >= 0 and about["share"] < 0.5),
        ("images-layer", "Choose another layer and watch Grad-CAM change.", bool(view.layer) and any(METHODS[each].layered for each in view.methods)),
        ("images-faithful", "Find a picture for which occlusion has the largest insertion area of three.", best == "occlusion" and len(scores) > 3),
    ]  # fmt: skip
