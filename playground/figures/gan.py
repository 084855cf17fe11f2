"""Canvas specs of the GAN screen: names of arrays in, specs out."""

from __future__ import annotations

import math
from typing import Any

from playground.figures import canvas, theme

Range = tuple[float, float]
REAL, FAKE, GRID = theme.CATEGORICAL[0], theme.CATEGORICAL[1], theme.CATEGORICAL[3]
FIELDS = {"field": "D's answer, fake to real", "best": "best possible D, fake to real"}
PICTURE_POINTS, PICTURE_REACH, PICTURE_DOT = 130, 2.85, 3.0


def plane(x: Range, y: Range, names: tuple[str, str], *, field: str = "field", curve: bool = False, suffix: str = "", drawable: bool = False,
          axes: bool = True) -> dict[str, Any]:  # fmt: skip
    """Real points, fakes, the generator's grid and where each fake is pulled, over what the discriminator answers everywhere.

    Args:
        field: "field", "best" or "" for none.
        curve: Whether the generator draws a curve (one-dimensional noise) instead of a grid.
        suffix: Behind every array name, for one member of a race.
    """
    layers = [canvas.field(field + suffix, low=-1, high=1, opacity=0.8, value=FIELDS[field], scale=axes)] if field else []
    drawn: dict[str, Any] = {"label": "what G makes of a curve" if curve else "what G makes of a grid"} if axes else {}
    layers.append(canvas.lines(f"mesh{suffix}", colors=GRID, width=2.2, head=False, **drawn) if curve else
                  canvas.grid(f"mesh{suffix}", color=GRID, width=0.8, **drawn))  # fmt: skip
    words = {"real": "real", "fakes": "fake", "pulls": "pull on a fake"} if axes else {"real": "", "fakes": "", "pulls": ""}
    layers.append(canvas.points(f"real{suffix}", color=REAL, radius=2.6, opacity=0.85, label=words["real"]))
    layers.append(canvas.arrows(f"fakes{suffix}", f"pulls{suffix}", colors="ink", width=1.0, opacity=0.75, label=words["pulls"]))
    layers.append(canvas.points(f"fakes{suffix}", color=FAKE, radius=2.6, label=words["fakes"]))
    return canvas.stage(x=x, y=y, x_label=names[0] if axes else "", y_label=names[1] if axes else "", layers=layers, axes=axes,
                        events=("draw",) if drawable else (),
                        alt="Real points and fakes in the plane, with what the discriminator answers at every place and where it pulls the fakes")  # fmt: skip


def distances() -> dict[str, Any]:
    """How far the fakes are from the data, by step."""
    series = [canvas.series("Jensen–Shannon", "js", color=theme.CATEGORICAL[2]), canvas.series("Kullback–Leibler", "kl", color=theme.CATEGORICAL[7], shown=False)]
    marks = [canvas.rule(y=math.log(2), words="ln 2: nothing in common")]
    return canvas.curves("step", "divergence (nats)", series=series, y_range=(0, None), marks=marks, alt="Divergence of the fakes from the data by step")


def losses() -> dict[str, Any]:
    """What the two players want to make small."""
    series = [canvas.series("loss of D", "d_loss", color=REAL), canvas.series("loss of G", "g_loss", color=FAKE)]
    return canvas.curves("step", "loss", series=series, alt="Losses of discriminator and generator by step")


def coverage(parts: int, word: str) -> dict[str, Any]:
    """Modes covered and good samples."""
    series = [canvas.series(f"{word} covered, of {parts}", "covered", color=theme.CATEGORICAL[4])]
    return canvas.curves("step", f"{word} covered", series=series, y_range=(0, float(parts)), switches=False, alt=f"{word} covered by step")


def quality() -> dict[str, Any]:
    """Share of good fakes, and of points that D tells apart."""
    series = [canvas.series("good fakes", "quality", color=theme.CATEGORICAL[2]), canvas.series("D right on real", "right_on_real", color=REAL),
              canvas.series("D right on fakes", "right_on_fake", color=FAKE)]  # fmt: skip
    return canvas.curves("step", "share", series=series, y_range=(0, 1), switches=False, alt="Shares of good fakes and of points D tells apart, by step")


def strengths() -> dict[str, Any]:
    """How hard each side is pushed."""
    series = [canvas.series("pull on a fake", "pull", color=theme.CATEGORICAL[5]), canvas.series("gradient of G", "g_gradient", color=FAKE),
              canvas.series("gradient of D", "d_gradient", color=REAL)]  # fmt: skip
    return canvas.curves("step", "length", series=series, log_y=True, alt="Lengths of the pull on fakes and of both gradients by step")


def answers() -> dict[str, Any]:
    """Histogram of what D answers to real and to fake points."""
    series = [canvas.series("to real points", "answers_real", x="answers_bins", style="area", color=REAL),
              canvas.series("to fakes", "answers_fake", x="answers_bins", style="area", color=FAKE)]  # fmt: skip
    return canvas.curves("D's answer, from fake (0) to real (1)", "share of points", series=series, x="answers_bins", y_range=(0, None), x_range=(0, 1), switches=False,
                         alt="What the discriminator answers to real points and to fakes")  # fmt: skip


def shares(word: str) -> dict[str, Any]:
    """How the good fakes are spread over the modes, and how they should be."""
    series = [canvas.series("good fakes", "shares", x="part_numbers", style="bars", color=FAKE),
              canvas.series("as many as real ones", "due", x="part_numbers", style="points", color=REAL)]  # fmt: skip
    return canvas.curves(word, "share of fakes", series=series, x="part_numbers", y_range=(0, None), switches=False, alt=f"Share of the fakes in each of the {word}")


def basins(reach: float, part: str, parts: int, curve: bool) -> dict[str, Any]:
    """Which mode each place of the noise is taken to, with the noise of the fakes that are shown."""
    names = [f"{part.rstrip('s')} {number + 1}" for number in range(parts)]
    layers = [canvas.field("basins", palette="classes", names=names, scale=False, smooth=False, value="taken to"),
              canvas.points("latents", color="ink", radius=1.6, outline=False, opacity=0.55)]  # fmt: skip
    return canvas.stage(x=(-reach, reach), y=(-reach, reach), x_label="z₁", y_label="" if curve else "z₂", y_ticks=() if curve else None, layers=layers,
                        alt="The noise, coloured by the mode that the generator takes each place to")  # fmt: skip


def slow(x: Range, y: Range, names: tuple[str, str], frames: int, curve: bool, reach: float) -> dict[str, Any]:
    """One update in slow motion: noise on the left, the plane on the right, one clock."""
    noise = canvas.stage(x=(-reach, reach), y=(-reach, reach), x_label="z₁", y_label="" if curve else "z₂", alt="The noise that the generator is fed",
                         y_ticks=() if curve else None, layers=[canvas.points("slow_noise", color="slow_hue", palette="sequential", low=-0.25, high=1, radius=4)])  # fmt: skip
    mesh = canvas.lines("slow_curve", colors=GRID, width=1.5, head=False) if curve else canvas.grid("slow_mesh", color=GRID, width=0.7, animated=True)
    layers = [canvas.field("slow_field", low=-1, high=1, opacity=0.8, scale=False, value="D's answer", animated=True), mesh,
              canvas.points("slow_real", color=REAL, radius=3, animated=True, label="real"),
              canvas.arrows("slow_fakes", "slow_pulls", colors="ink", width=1.5, animated=True, label="pull"),
              canvas.points("slow_fakes", color="slow_hue", palette="sequential", low=-0.25, high=1, radius=4.5, animated=True,
                            label="fakes, in the colour of their noise")]  # fmt: skip
    stage = canvas.stage(x=x, y=y, x_label=names[0], y_label=names[1], layers=layers, alt="One update of a GAN: noise becomes fakes, D judges, both learn")
    return canvas.player([noise, stage], frames=frames, fps=9, captions="slow_captions", unit="frame", widths=(0.62, 1))


def picture(points: Any, side: int = 48) -> str:
    """A distribution as a miniature SVG of `side` pixels."""
    chosen = points[: PICTURE_POINTS] * (1, -1)
    places = (chosen / PICTURE_REACH + 1) / 2 * side
    dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in places)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" viewBox="0 0 {side} {side}">'
            f'<path d="{dots}" fill="none" stroke="{REAL}" stroke-width="{PICTURE_DOT}" stroke-linecap="round"/></svg>')  # fmt: skip
