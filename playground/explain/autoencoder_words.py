"""The maths of the autoencoder screen with the numbers of the moment, its tasks, words and sources. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.experiments.autoencoder import Autoencoder

REFERENCES = (
    "Kingma and Welling 2014, Auto-encoding variational Bayes (sections 2.2 to 2.4, appendix B)", "Rezende, Mohamed and Wierstra 2014, Stochastic backpropagation",
    "Higgins et al. 2017, β-VAE", "Bowman et al. 2016, Generating sentences from a continuous space (KL annealing, section 3.1)",
    "Vincent et al. 2008, Extracting and composing robust features with denoising autoencoders", "Ng 2011, Sparse autoencoder (CS294A notes, section 3)",
    "Hinton and Salakhutdinov 2006, Reducing the dimensionality of data with neural networks", "Burda, Grosse and Salakhutdinov 2016, Importance weighted "
        "autoencoders (active units)",
    "van der Maaten and Hinton 2008, Visualizing data using t-SNE",
)  # fmt: skip
GLOSSARY = {
    "code": "The few numbers an input is squeezed into; also called latent numbers or z.", "encoder": "The network that makes codes of inputs.",
    "decoder": "The network that makes inputs of codes.", "latent space": "All codes there could be; every place of it decodes to something.",
    "prior": "The distribution that a VAE wants its codes to have: a standard normal.",
    "KL": "How far the distribution of one code is from the prior, in nats; what the code costs. 1 nat = 1.44 bits.",
    "evidence lower bound": "Rebuilding term minus KL: never above the log probability of the data, and the closer the better.",
    "posterior collapse": "Codes that equal the prior whatever the input: they tell nothing.",
    "anomaly": "An input unlike those learnt from; it is rebuilt badly.",
}  # fmt: skip


def maths(now: Autoencoder, metrics: Mapping[str, float]) -> str:
    """The loss of the kind in force as Markdown with LaTeX, term by term, with the numbers of this moment."""
    if not metrics:
        return "The numbers appear with the first picture."
    rebuilt, kl, beta, loss = (metrics[name] for name in ("reconstruction", "kl", "beta", "test_loss"))
    measured = (r"-\log p_\theta(x\mid z) = -\sum_i \left[x_i\log\hat x_i + (1-x_i)\log(1-\hat x_i)\right]" if now.judged_by == "bernoulli" else
                rf"-\log p_\theta(x\mid z) = \frac{{1}}{{2\sigma^2}}\sum_i (x_i-\hat x_i)^2 + \text{{const}},\quad \sigma = {now.sigma:g}")  # fmt: skip
    head = f"How badly an input is rebuilt, mean over 400 test inputs **{rebuilt:.3f} nats**:\n\n$$ {measured} $$\n\n"
    if now.kind == "vae":
        return head + _elbo(now, rebuilt, kl, beta, loss)
    if now.kind == "sparse":
        rare = metrics["sparsity"]
        return head + ("To this is added how far the mean activity ρ̂ of each unit is from the wanted ρ (Ng 2011, section 3):\n\n"
                       rf"$$ \mathcal L = {rebuilt:.3f} + \lambda \sum_j \left[\rho\log\frac{{\rho}}{{\hat\rho_j}} + (1-\rho)\log\frac{{1-\rho}}{{1-\hat\rho_j}}\right]"
                       rf" = {rebuilt:.3f} + {now.sparsity:g} \cdot {rare:.4f} = {loss:.3f}, \qquad \rho = {now.target:g},\ \overline{{\hat\rho}} = "
                           rf"{metrics['activity']:.3f} $$")  # fmt: skip
    if now.kind == "denoising":
        spoilt = r"\tilde x = x + " + f"{now.amount:g}" + r"\,\varepsilon" if now.corruption == "gaussian" else rf"\tilde x_i = 0 \text{{ with probability }} {now.amount:g}"
        return head + f"The encoder is given $ {spoilt} $, yet $x$ has to come out (Vincent et al. 2008): $\\mathcal L = -\\log p_\\theta(x\\mid f(\\tilde x)) = {loss:.3f}$."
    return head + f"Nothing else is asked of it: $\\mathcal L = {loss:.3f}$. So nothing says where codes may lie, nor what lies between them."


def _elbo(now: Autoencoder, rebuilt: float, kl: float, beta: float, loss: float) -> str:
    return (
        "The encoder gives a mean and a variance for every latent number; the code is drawn from them (Kingma and Welling 2014, section 2.4):\n\n"
        r"$$ z = \mu_\phi(x) + \sigma_\phi(x)\odot\varepsilon, \qquad \varepsilon\sim\mathcal N(0, I) $$" "\n\n"
        "What such a code costs is its divergence from the prior (appendix B):\n\n"
        rf"$$ D_{{KL}}\left(q_\phi(z\mid x)\,\|\,\mathcal N(0,I)\right) = \tfrac12\sum_{{j=1}}^{{{now.latent}}}\left(\mu_j^2+\sigma_j^2-1-\log\sigma_j^2\right) "
            rf"= {kl:.3f}\text{{ nats}} $$"
        "\n\n"
        f"With β = 1 the sum is the negative evidence lower bound (equation 3); here β is {beta:.4g} now"
        + (f", on its way to {now.beta:g} (annealed: Bowman et al. 2016)" if now.warm_up and beta < now.beta else "") + ":\n\n"
        rf"$$ \mathcal L = {rebuilt:.3f} + {beta:.4g}\cdot{kl:.3f} = {loss:.3f}, \qquad \log p(x) \ge -({rebuilt:.3f} + {kl:.3f}) = {-(rebuilt + kl):.3f} $$"
    )  # fmt: skip


def tasks(now: Autoencoder, metrics: Mapping[str, np.ndarray], moved: bool, facts: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """“Try this”: key, words, done."""
    last = {name: float(values[-1]) for name, values in metrics.items() if len(values)}
    step = last.get("step", 0)
    collapsed = now.kind == "vae" and step > 500 and last.get("kl", 1.0) < 0.05
    woken = now.kind == "vae" and now.latent >= 8 and last.get("active", 0) >= 8 and step > 1500
    found = facts.get("has_odd", False) and now.images and last.get("auc", 0.0) > 0.9
    return [
        ("ae-drag", "Drag the handle from the zeros to the ones. Through which digits does the way lead?", moved),
        ("ae-collapse", "Make the code say nothing at all: less than 0.05 nats.", bool(collapsed)),
        ("ae-wake", "Get eight latent numbers of a VAE to be in use.", bool(woken)),
        ("ae-odd", "Keep a digit from the network and have it found with an AUC above 0.9.", bool(found)),
    ]
