"""What the coach looks for in an autoencoder; every verdict quotes the run's own numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from playground.explain.coach import Advice, Evidence

EARLY = 800  # steps within which nothing is wrong yet
ASLEEP = 0.05  # nats of KL in all, below which the code tells nothing
SHARP = 0.7
DEAREST, NOISIEST, SPARSEST = 10.0, 0.8, 30.0  # how far β, noise and sparsity are raised before the code is made smaller
FAR = 1.3  # times as far from the codes as codes are from one another


def _ready(evidence: Evidence) -> bool:
    return not evidence.diverged and evidence.step >= EARLY and len(evidence.column("test_loss")) >= 5


def diverged(evidence: Evidence) -> Advice | None:
    if not evidence.diverged:
        return None
    rate = float(f"{evidence.experiment.learning_rate / 10:.1g}")  # type: ignore[attr-defined]
    return Advice("Diverged", f"The loss left the finite numbers within {evidence.step:,} steps.", "The updates are too long.", {"learning_rate": max(1e-5, rate)}, "problem")


def collapse(evidence: Evidence) -> Advice | None:
    """A VAE whose code says nothing."""
    now = evidence.experiment
    if not _ready(evidence) or now.kind != "vae" or evidence.column("beta")[-1] < min(now.beta, 1e-3):  # type: ignore[attr-defined]
        return None
    kl, active = float(evidence.column("kl")[-1]), int(evidence.column("active")[-1])
    if kl > ASLEEP:
        return None
    return Advice("Posterior collapse", f"The KL term is {kl:.3g} nats and {active} of {now.latent} latent numbers tell anything.",  # type: ignore[attr-defined]
                  "Saying nothing is cheaper than saying something, so every picture decodes to the average one. Lower β, and let it grow slowly.",
                  {"beta": 1.0, "warm_up": 1000}, "problem")  # fmt: skip


def asleep(evidence: Evidence) -> Advice | None:
    """A part of the latent numbers is unused."""
    now = evidence.experiment
    if not _ready(evidence) or now.kind != "vae" or now.latent < 4:  # type: ignore[attr-defined]
        return None
    active, kl = int(evidence.column("active")[-1]), float(evidence.column("kl")[-1])
    if kl <= ASLEEP or active > now.latent / 4:  # type: ignore[attr-defined]
        return None
    return Advice("Sleeping units", f"{active} of {now.latent} latent numbers vary by more than 0.01; the others equal the prior.",  # type: ignore[attr-defined]
                  f"At β = {now.beta:g} the others cost more than they explain. That is thrift, not failure, but a lower β would wake them.",  # type: ignore[attr-defined]
                  {"beta": float(f"{max(0.01, now.beta / 4):.1g}")})  # type: ignore[attr-defined]  # fmt: skip


def holes(evidence: Evidence) -> Advice | None:
    """Random places lie far from any code."""
    now = evidence.experiment
    gap = evidence.column("gap")
    if not _ready(evidence) or now.kind != "ae" or now.left_out != "none" or not now.images or not len(gap) or gap[-1] < FAR:  # type: ignore[attr-defined]
        return None
    return Advice("Holes in the latent space", f"A random place lies {gap[-1]:.2f} times as far from the nearest code as codes lie from one another.",
                  "Nothing keeps the codes together, so samples fall between them. A VAE fills the space.", {"kind": "vae"})  # fmt: skip


def narrow(evidence: Evidence) -> Advice | None:
    """One latent number, and rebuilding has stopped improving."""
    now = evidence.experiment
    lost = evidence.column("reconstruction")
    if not _ready(evidence) or now.latent > 1 or evidence.step < 2000 or len(lost) < 10:  # type: ignore[attr-defined]
        return None
    half = len(lost) // 2
    if lost[half] - lost[-1] > 0.05 * lost[-1]:
        return None
    return Advice("Too narrow", f"Rebuilding costs {lost[-1]:.1f} nats and has hardly improved since {lost[half]:.1f}.",
                  "Everything has to pass through one number. Let it have two.", {"latent": 2})  # fmt: skip


def overfitting(evidence: Evidence) -> Advice | None:
    """Test inputs are rebuilt much worse than training inputs."""
    if not _ready(evidence):
        return None
    train, test = evidence.column("train_loss")[-1], evidence.column("test_loss")
    best = float(np.min(test))
    if test[-1] < 1.08 * best or train > SHARP * test[-1]:
        return None
    wise, change = _tighter(evidence.experiment)
    return Advice("Overfitting", f"Test loss {test[-1]:.2f}, once {best:.2f}; training loss {train:.2f}.",
                  f"The network learns its training inputs by heart. {wise}", change)  # fmt: skip


def _tighter(now: Any) -> tuple[str, dict[str, Any]]:
    """What keeps a network of this kind from learning by heart, and the change that does it."""
    if now.kind == "ae":
        return "Noise on what the encoder sees helps.", {"kind": "denoising"}
    if now.kind == "vae" and now.beta < DEAREST:
        return "A higher β makes the code dearer.", {"beta": float(f"{min(DEAREST, max(0.5, 2 * now.beta)):.2g}")}
    if now.kind == "denoising" and now.amount < NOISIEST:
        return "More noise on what the encoder sees helps.", {"amount": round(min(NOISIEST, now.amount + 0.2), 2)}
    if now.kind == "sparse" and now.sparsity < SPARSEST:
        return "A higher sparsity weight leaves fewer units to learn with.", {"sparsity": float(f"{min(SPARSEST, max(0.5, 3 * now.sparsity)):.2g}")}
    return "A smaller code has no room for it.", {"latent": max(1, now.latent // 2)}


RULES = (diverged, collapse, asleep, holes, narrow, overfitting)
