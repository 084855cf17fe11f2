"""The ways to explain a classifier's answer, as a table of words; `explain.attribution` computes them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Method:
    """One way to explain an answer.

    Attributes:
        words: What it measures, in one sentence.
        source: The paper and where in it.
        signed: Whether values below zero (against the class) have a meaning.
        layered: Whether it reads one layer, which may be chosen.
    """

    title: str
    words: str
    source: str
    signed: bool = False
    layered: bool = False


METHODS = {
    "gradcam": Method("Grad-CAM", "Maps of one layer, each weighted by how much the class's score grows with it.", "Selvaraju et al. 2017, equations 1 and 2", layered=True),
    "gradcam++": Method("Grad-CAM++", "As Grad-CAM, with weights that let several places of one thing count.", "Chattopadhay et al. 2018, equation 19", layered=True),
    "layercam": Method("LayerCAM", "Every place of a map is weighted by its own gradient, which keeps early layers sharp.", "Jiang et al. 2021, equation 5", layered=True),
    "saliency": Method("Saliency", "How strongly the score reacts when a pixel is changed a little.", "Simonyan, Vedaldi and Zisserman 2014, section 3.1"),
    "inputgrad": Method("Input × gradient", "That slope times the pixel's own value: a first guess at its contribution.", "Shrikumar et al. 2016, section 3", signed=True),
    "integrated": Method("Integrated gradients", "The slope averaged on the way from black to the picture, times the pixel; all together they add up to the score gained.",
                         "Sundararajan, Taly and Yan 2017, equation 1", signed=True),
    "smoothgrad": Method("SmoothGrad", "Saliency averaged over noisy copies of the picture, so that its speckle goes.", "Smilkov et al. 2017, section 3"),
    "occlusion": Method("Occlusion", "How much the score falls when a patch is covered.", "Zeiler and Fergus 2014, section 4.2", signed=True),
    "rollout": Method("Attention rollout", "Attention multiplied through all layers: from which patches the answer's token was fed.", "Abnar and Zuidema 2020, section 3"),
}  # fmt: skip
