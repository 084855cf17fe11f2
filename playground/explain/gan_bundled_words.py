"""What is said of the bundled generators beside their pictures."""

from __future__ import annotations

from dataclasses import dataclass

from playground.zoo import gan_models


@dataclass(frozen=True)
class Words:
    """What is said of one generator.

    Attributes:
        one, real: What a sample shows, and what real examples of it are called.
        sheet, between, walk, sums: Captions of these pictures.
        features: What samples and training images are compared by.
        numbers: Length of its noise.
        d_score, losses: LaTeX of the discriminator's score and of both losses.
        how: What these mean.
        typical: What else truncation has to do.
    """

    one: str
    real: str
    sheet: str
    between: str
    walk: str
    sums: str
    features: str
    numbers: int
    how: str
    d_score: str
    losses: str
    typical: str = ""


GREAT_CIRCLE = "From A to B and back, along a great circle of the noise, where every place between is as likely as its ends (White 2016)"
SPECTRAL = "Every layer of D was divided by its largest singular value, so that the score cannot change faster than the image (Miyato et al. 2018)"

WORDS = {
    gan_models.NAME: Words(
        one="digit", real="real digits, never learnt from", numbers=64, sheet="Nobody wrote any of these digits.",
        between=f"{GREAT_CIRCLE}; the class goes over as well.",
        walk="A round trip over five places of the noise. Every picture on the way is a digit, more or less: G has learnt a space of digits, not a list.",
        sums="Take a slanted A and an upright B of one class: what they differ in is added to C.", features="the features of our own digit classifier",
        how=f"D's score has two parts: how real an image looks at all, and how well its features $h(x)$ fit the class $c$ that it is told (Miyato and Koyama 2018). {SPECTRAL}:",
        d_score=r"D(x, c) = \psi(h(x)) + \langle v_c, h(x)\rangle",
        losses=r"L_D = \mathbb E\,[1 - D(x, c)]_+ + \mathbb E\,[1 + D(G(z, c), c)]_+, \qquad L_G = -\,\mathbb E\,D(G(z, c), c)",
    ),
    gan_models.FACES: Words(
        one="face", real="real faces, never learnt from", numbers=128, sheet="None of these people exists: each face is made of 128 random numbers.",
        between=f"{GREAT_CIRCLE}. On a straight line the noise would be shorter half way, and the faces there more alike than any.",
        walk="A round trip over five places of the noise. Hair, light and pose go over into one another: G has learnt a space of faces, not a list.",
        sums="Take A and B that differ in one thing, the light or the hair: it is added to C. One sample each is a rough guide; Radford et al. averaged three.",
        features="the 128 numbers that our own autoencoder of faces, `ae-faces`, encodes a picture as",
        how="Nine thousand faces are few: D would learn them by heart, and G be taught to copy. So D sees real and made pictures alike through random changes $T$ of brightness, "
            f"contrast, saturation, place, and with a square cut out, and the slope for G passes through $T$ (Zhao et al. 2020). {SPECTRAL}:",
        d_score=r"\lVert W \rVert_2 = 1 \text{ for each layer } W \text{ of } D",
        losses=r"L_D = \mathbb E\,[1 - D(T(x))]_+ + \mathbb E\,[1 + D(T(G(z)))]_+, \qquad L_G = -\,\mathbb E\,D(T(G(z)))",
        typical="Shorter noise would also shift what each layer is given on average, and the faces would be dark rather than typical: "
                "so for every $t$ the means of the batch normalisations are those of that noise.",
    ),
}  # fmt: skip
