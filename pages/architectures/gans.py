"""GANs: one network learns to make what another cannot tell from the real thing."""

from playground import ui
from playground.experiments.gan_words import GanLook
from playground.ui import gan as plane
from playground.ui import gan_bundled, gan_data, gan_digits

ui.intro("GANs", "A generator **G** turns noise into fakes, a discriminator **D** tells them from the real thing, and each learns from the other. "
                 "In the plane blue is what D takes for real, orange what it takes for fake; arrows show where each fake is pulled.")  # fmt: skip

gan_data.prepare()
look = ui.controls(GanLook, only=("part",), wide=True)
{"plane": plane.page, "digits": gan_digits.page, "trained": gan_bundled.digits, "faces": gan_bundled.faces}[look.part]()
ui.glossary({
    "generator": "The network that turns noise into fakes.", "discriminator": "The network that tells real examples from fakes.",
    "critic": "A discriminator without an upper end, as the Wasserstein losses use: it ranks instead of judging.",
    "mode": "A place where the data is dense; one heap of points.", "mode collapse": "The generator serves a few modes only, because D is fooled by these.",
    "Jensen–Shannon divergence": "How different two distributions are, from 0 to ln 2 = 0.693 nats.",
    "gradient penalty": "A term that holds the slope of D near a wanted value.", "conditional": "Told the class: G which to make, D which it should be.",
})  # fmt: skip
ui.references(["Goodfellow et al. 2014, Generative adversarial nets", "Mirza and Osindero 2014, Conditional generative adversarial nets",
               "Arjovsky and Bottou 2017, Towards principled methods for training GANs", "Gulrajani et al. 2017, Improved training of Wasserstein GANs",
               "Mescheder, Geiger and Nowozin 2018, Which training methods for GANs do actually converge?",
               "Zhao et al. 2020, Differentiable augmentation for data-efficient GAN training",
               "Srivastava et al. 2017, VEEGAN (modes covered, good samples)", "Kahng et al. 2019, GAN Lab"])  # fmt: skip
