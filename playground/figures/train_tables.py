"""Small tables of the training screen as HTML: layer by layer, class by class."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence

import numpy as np

from playground.explain.numbers import plain
from playground.figures import theme

SLOWEST, FASTEST = 1e-5, 1e-1  # lengths of an update beside its weights, ends of the scale
HEALTHY = (3e-4, 1e-2)


def layers(names: Sequence[str], gradients: np.ndarray, ratios: np.ndarray, dead: Sequence[float | None]) -> str:
    """Every layer that learns: length of its gradient (bars by logarithm), its update beside its weights, and dead units after it.

    Args:
        gradients, ratios: (L,); NaN before the first update.
        dead: Share of units that answer 0 to everything, None where there are no ReLUs.
    """
    finite = gradients[np.isfinite(gradients) & (gradients > 0)]
    top = float(finite.max()) if len(finite) else 1.0
    rows = []
    for name, slope, ratio, gone in zip(names, gradients, ratios, dead, strict=True):
        words = "" if gone is None else f'<span class="{"bad" if gone > 0.5 else ""}">{gone:.0%} dead</span>'
        rows.append(f"<tr><th>{html.escape(name)}</th><td>{_bar(_log_share(slope, top * 1e-4, top), theme.CATEGORICAL[2])}<em>{_short(slope)}</em></td>"
                    f"<td>{_scale(ratio)}<em>{_short(ratio)}</em></td><td>{words}</td></tr>")  # fmt: skip
    head = ('<th style="width:25%"></th>'
            '<th style="width:25%" title="Length of the gradient of all its weights, on a logarithmic scale">gradient</th>'
            '<th style="width:31%" title="Length of one update, beside that of the weights; the tinted part is healthy, about a thousandth">update / weights</th>'
            '<th style="width:18%"></th>')  # fmt: skip
    return f'<table class="thin" style="table-layout:fixed"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def classes(names: Sequence[str], scores: Mapping[str, np.ndarray], word: str) -> str:
    """Precision, recall, F1 and rows of each class."""
    rows = []
    for place, name in enumerate(names):
        cells = "".join(f"<td class='share'>{_bar(_known(scores[each][place]), theme.CATEGORICAL[i])}<em>{_percent(scores[each][place])}</em></td>"
                        for i, each in ((0, "precision"), (2, "recall"), (3, "f1")))  # fmt: skip
        rows.append(f'<tr><th title="{html.escape(name)}">{html.escape(name)}</th>{cells}<td class="count">{int(scores["support"][place]):,}</td></tr>')
    head = (f'<th style="width:22%">{html.escape(word)}</th><th title="Of the rows it called so, the share that are">precision</th>'
            '<th title="Of the rows that are so, the share it found">recall</th>'
            '<th title="Harmonic mean of precision and recall">F1</th><th class="count" style="width:13%">rows</th>')  # fmt: skip
    return f'<table class="thin tall"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _bar(share: float, ink: str) -> str:
    return f'<i><b style="width:{100 * share:.1f}%;background:{ink}"></b></i>'


def _scale(ratio: float) -> str:
    """A mark on a logarithmic scale whose healthy part is tinted."""
    low, high = (100 * _log_share(each, SLOWEST, FASTEST) for each in HEALTHY)
    mark = "" if not math.isfinite(ratio) else f'<b class="mark" style="left:{100 * _log_share(ratio, SLOWEST, FASTEST):.1f}%"></b>'
    return f'<i class="log"><u style="left:{low:.1f}%;width:{high - low:.1f}%"></u>{mark}</i>'


def _log_share(value: float, low: float, high: float) -> float:
    if not math.isfinite(value) or value <= 0 or low <= 0:
        return 0.0
    return min(1.0, max(0.02, math.log(value / low) / math.log(high / low)))


def _known(value: float) -> float:
    return 0.0 if math.isnan(value) else float(value)


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.0%}" if value < 0.995 or value == 1 else f"{value:.1%}"


def _short(value: float) -> str:
    return "–" if not math.isfinite(value) else f"{value:.2g}" if 1e-3 <= abs(value) < 1e4 else plain(value, 1)


STYLE = """<style>
table.thin { width: 100%; border-collapse: collapse; font-size: .86rem; } table.thin.tall { display: block; max-height: 430px; overflow-y: auto; }
table.thin.tall thead, table.thin.tall tbody { display: table; width: 100%; table-layout: fixed; }
table.thin th { text-align: left; font-weight: 500; padding: 4px 10px 4px 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; max-width: 150px; border: 0; }
table.thin thead th { font-size: .76rem; opacity: .66; font-weight: 400; } table.thin tr { border-bottom: 1px solid rgb(128 128 128 / .16); }
table.thin td { padding: 4px 8px 4px 0; min-width: 60px; border: 0; } table.thin td i { position: relative; display: inline-block; vertical-align: middle;
  width: calc(100% - 52px); height: 9px; border-radius: 3px; background: rgb(128 128 128 / .14); }
table.thin td b { position: absolute; left: 0; top: 0; bottom: 0; border-radius: 3px; transition: width .2s; }
table.thin td em { display: inline-block; width: 46px; text-align: right; font-style: normal; font-variant-numeric: tabular-nums; font-size: .8rem; }
table.thin td.share i { width: calc(100% - 44px); } table.thin td.share em { width: 38px; } table.thin td.share { padding-right: 4px; }
table.thin .count { text-align: right; font-variant-numeric: tabular-nums; } table.thin td span { white-space: nowrap; font-size: .8rem; }
table.thin .bad { color: #d6336c; font-weight: 600; }
table.thin i.log u { position: absolute; top: 0; bottom: 0; background: #1b9e7740; }
table.thin b.mark { width: 4px; margin-left: -2px; top: -3px; bottom: -3px; background: #8d5fd3; transition: left .2s; }
</style>"""
