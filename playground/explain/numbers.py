"""Numbers as running text shows them."""

from __future__ import annotations

import math

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def plain(value: float, digits: int = 2) -> str:
    """Three digits for running text, a power of ten for what is very small or large: −3.78, 2.1·10⁻⁷.

    Args:
        digits: Of the number before a power of ten.
    """
    value = float(value)
    if value and math.isfinite(value) and not 1e-3 <= abs(value) < 1e5:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{mantissa}·10{str(int(exponent)).translate(RAISED)}".replace("-", "−")
    return f"{value:.3g}".replace("-", "−").replace("inf", "∞")


def signed(value: float, decimals: int = 2) -> str:
    """A number with its sign and so many decimals: +0.37, −2.10; what is shown as zero has none."""
    words = f"{value:+.{decimals}f}"
    return words[1:] if not float(words) else words.replace("-", "−")
