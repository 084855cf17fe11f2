"""Encoder, decoder and the terms of their losses. The exported script holds this file as it is: it needs torch and nothing else."""

import torch
from torch import nn
from torch.nn import functional


class Autoencoder(nn.Module):
    """An encoder to a few numbers, the code, and a decoder back.

    Args:
        shape: Of one input: (channels, height, width) or (columns,).
        build: "dense" or "conv"; the latter halves the picture in every layer.
        hidden: Units, or channels, of the encoder's layers; the decoder has the same in reverse.
        latent: Numbers of the code.
        kind: "vae" has a mean and a log variance for every number of the code, "sparse" codes lie between 0 and 1.
    """

    def __init__(self, shape, build, hidden, latent, kind):
        super().__init__()
        self.shape, self.latent, self.kind = tuple(shape), latent, kind
        outputs = 2 * latent if kind == "vae" else latent
        self.encoder, self.decoder = _conv(shape, hidden, outputs, latent) if build == "conv" else _dense(shape, hidden, outputs, latent)

    def encode(self, inputs):
        """Mean (n, latent) of the code, and its log variance, None but for a VAE."""
        found = self.encoder(inputs)
        if self.kind == "vae":
            return found[:, : self.latent], found[:, self.latent :]
        return (torch.sigmoid(found) if self.kind == "sparse" else found), None

    def decode(self, codes):
        """Codes (n, latent) to outputs of the inputs' shape: logits of pixels, or values of columns."""
        return self.decoder(codes).reshape(-1, *self.shape)

    def values(self, outputs):
        """Outputs as the inputs' own values."""
        return torch.sigmoid(outputs) if len(self.shape) == 3 else outputs


def _dense(shape, hidden, outputs, latent):
    count = 1
    for each in shape:
        count *= each
    forth, back = [nn.Flatten()], []
    for before, after in zip((count, *hidden), hidden, strict=False):
        forth += [nn.Linear(before, after), nn.ReLU()]
    for before, after in zip((latent, *reversed(hidden)), reversed(hidden), strict=False):
        back += [nn.Linear(before, after), nn.ReLU()]
    last, first = (hidden[-1], hidden[0]) if hidden else (count, latent)
    return nn.Sequential(*forth, nn.Linear(last, outputs)), nn.Sequential(*back, nn.Linear(first, count))


def _conv(shape, hidden, outputs, latent):
    channels, height, width = shape
    sizes = [(height, width)]
    for _ in hidden:
        sizes.append(tuple(-(-each // 2) for each in sizes[-1]))
    forth, back = [], []
    for before, after in zip((channels, *hidden), hidden, strict=False):
        forth += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.ReLU()]
    flat = hidden[-1] * sizes[-1][0] * sizes[-1][1]
    steps = list(zip(reversed(hidden), (*reversed(hidden[:-1]), channels), reversed(sizes[:-1]), reversed(sizes[1:]), strict=True))
    for before, after, wanted, now in steps:
        extra = tuple(w - (2 * n - 1) for w, n in zip(wanted, now, strict=True))
        back += [nn.ConvTranspose2d(before, after, 3, stride=2, padding=1, output_padding=extra), nn.ReLU()]
    encoder = nn.Sequential(*forth, nn.Flatten(), nn.Linear(flat, outputs))
    return encoder, nn.Sequential(nn.Linear(latent, flat), nn.ReLU(), nn.Unflatten(1, (hidden[-1], *sizes[-1])), *back[:-1])


def corrupted(inputs, way, amount, stream):
    """Inputs with Gaussian noise of deviation `amount`, or with that share of their values put to 0 (Vincent et al. 2008)."""
    if way == "mask":
        return inputs * (torch.rand(inputs.shape, generator=stream) >= amount)
    return inputs + amount * torch.randn(inputs.shape, generator=stream)


def drawn(mean, log_variance, noise):
    """A code from its distribution: z = μ + σ ε (Kingma and Welling 2014, section 2.4)."""
    return mean if log_variance is None else mean + torch.exp(0.5 * log_variance) * noise


def reconstruction(model, outputs, inputs, likelihood, sigma):
    """-log p(x | z) of each input in nats, (n,), less the constant of a Gaussian."""
    if likelihood == "bernoulli":
        return functional.binary_cross_entropy_with_logits(outputs, inputs, reduction="none").flatten(1).sum(1)
    return (model.values(outputs) - inputs).square().flatten(1).sum(1) / (2 * sigma**2)


def divergence(mean, log_variance):
    """KL(q(z | x) || N(0, 1)) of every number of the code, (n, latent) nats (Kingma and Welling 2014, appendix B)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)


def sparsity(codes, target):
    """KL between the wanted share of activity and the mean activity of every unit over the batch, summed (Ng 2011, section 3)."""
    active = codes.mean(0).clamp(1e-6, 1 - 1e-6)
    return (target * (target / active).log() + (1 - target) * ((1 - target) / (1 - active)).log()).sum()


def terms(model, given, inputs, noise, now, beta):
    """What one batch costs, in nats an input: the loss, and the terms it is the sum of.

    Args:
        given: What the encoder sees; `inputs`: what is to come out.
        noise: (n, latent) of a standard normal.
        now: Settings "likelihood", "sigma", "sparsity" and "target".
        beta: Weight of the KL term now.
    """
    mean, log_variance = model.encode(given)
    outputs = model.decode(drawn(mean, log_variance, noise))
    rebuilt = reconstruction(model, outputs, inputs, now["likelihood"], now["sigma"]).mean()
    zero = torch.zeros(())
    kl = zero if log_variance is None else divergence(mean, log_variance).sum(1).mean()
    rare = sparsity(mean, now["target"]) if model.kind == "sparse" else zero
    return rebuilt + beta * kl + now["sparsity"] * rare, rebuilt, kl, rare
