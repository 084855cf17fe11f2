"""What the recurrent screen draws: learning curves, the gradient through time, and the gates along a sequence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from playground.figures import canvas, theme

COLORS = {"rnn": theme.CATEGORICAL[1], "lstm": theme.CATEGORICAL[0], "gru": theme.CATEGORICAL[2]}
TITLES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
# Row by row, the block's words and whether it goes from -1 to 1; in the order of torch.nn.
BLOCKS = {
    "rnn": (("state h", True),),
    "lstm": (("input i", False), ("forget f", False), ("candidate g", True), ("output o", False)),
    "gru": (("reset r", False), ("update z", False), ("candidate n", True)),
}


def curve(cells: Sequence[str], metric: str, words: str, *, chance: float = math.nan, log: bool = False, top: float | None = None) -> dict[str, Any]:
    """One metric of every cell by step, with the level of chance as a broken line."""
    series = [canvas.series(TITLES[cell], f"{cell}_{metric}", color=COLORS[cell]) for cell in cells]
    marks = [canvas.rule(y=chance, words="chance")] if math.isfinite(chance) else []
    return canvas.curves("step", words, series=series, marks=marks, log_y=log, switches=metric != "accuracy", y_range=(0.0, top) if top else None,
                         alt=f"{words} of each cell by training step, with the level of chance")  # fmt: skip


def flow(cells: Sequence[str]) -> dict[str, Any]:
    """How much of the last answer's gradient arrives at each earlier step."""
    series = []
    for cell in cells:
        series.append(canvas.series(TITLES[cell], f"flow_{cell}", color=COLORS[cell]))
        if cell == "lstm":
            series.append(canvas.series("LSTM's cell state c", "flow_lstm_c", color=COLORS[cell], dash=True, width=1.5))
    return canvas.curves("time step t, back from the answer at the end", "gradient left", series=series, x="times", log_y=True, marks=[canvas.rule(y=1.0)],
                         alt="Length of the gradient of the last answer at each time step, relative to the last step, for each cell")  # fmt: skip


def gradient(cells: Sequence[str], clip: float) -> dict[str, Any]:
    """Length of the training gradient before clipping, with the length it is cut to."""
    series = [canvas.series(TITLES[cell], f"{cell}_gradient", color=COLORS[cell], width=1.4) for cell in cells]
    marks = [canvas.rule(y=clip, words="clipped here")] if clip else []
    return canvas.curves("step", "gradient length", series=series, marks=marks, log_y=True, alt="Length of each cell's gradient by step, before clipping")


def along() -> dict[str, Any]:
    """The watched cell along one sequence, for `components/recurrent.js`."""
    return {"kind": "recurrent", "blocks": {cell: [list(each) for each in rows] for cell, rows in BLOCKS.items()},
            "alt": "Input, gates, states and answers of one recurrent cell at every time step of one sequence, and the equations of the chosen step in numbers"}  # fmt: skip


def lengths(cells: Sequence[str], chance: float, trained: int) -> dict[str, Any]:
    """Right answers by length of the sequence, for networks trained at one length."""
    series = [canvas.series(TITLES[cell], f"at_{cell}", color=COLORS[cell]) for cell in cells]
    marks = [canvas.rule(y=chance, words="chance"), canvas.rule(x=float(trained), words="trained here")]
    return canvas.curves("length of the sequence", "right answers", series=series, x="lengths", marks=marks, y_range=(0.0, 1.05), log_x=True, switches=False,
                         alt="Share of right answers by sequence length for each trained cell")  # fmt: skip


def parameters(counts: Mapping[str, int]) -> str:
    """How large each cell is, in words."""
    return " · ".join(f"{TITLES[cell]} {count:,} parameters" for cell, count in counts.items())


def scores(rows: Sequence[tuple[str, float]], chance: float, what: str = "chance") -> str:
    """Right answers of each cell as bars with a mark at chance, as HTML."""
    lines = []
    for cell, share in rows:
        lines.append(f'<span>{TITLES[cell]}</span><div class="rail"><i style="width:{100 * share:.1f}%;background:{COLORS[cell]}"></i>'
                     f'<u style="left:{100 * chance:.1f}%"></u></div><b>{share:.0%}</b>')
    return f"""<style>
.rscores {{ display: grid; grid-template-columns: auto 1fr 3.2em; gap: 3px 12px; align-items: center; font-size: 13px; font-variant-numeric: tabular-nums; }}
.rscores .rail {{ position: relative; height: 10px; border-radius: 5px; background: rgba(128,140,155,.18); }}
.rscores .rail i {{ position: absolute; inset: 0 auto 0 0; border-radius: 5px; min-width: 2px; transition: width .5s; }}
.rscores .rail u {{ position: absolute; top: -3px; bottom: -3px; width: 0; border-left: 2px dashed rgba(128,140,155,.95); }}
.rscores b {{ text-align: right; }} .rscores em {{ grid-column: 1 / -1; font-style: normal; opacity: .68; font-size: 12px; }}
</style><div class="rscores" role="img" aria-label="Right answers of each cell">{"".join(lines)}
<em>Right answers; the broken mark is {what}, {chance:.0%}.</em></div>"""


RULE_COLORS = {"last": theme.CATEGORICAL[8], "seasonal": theme.CATEGORICAL[3], "linear": theme.CATEGORICAL[4]}
RULES = {"last": "last value", "seasonal": "one season ago", "linear": "linear rule"}


def forecast(cells: Sequence[str], watched: str, rules: Sequence[str], split: int, tested: int, horizon: int) -> dict[str, Any]:
    """Forecasts of every next value over the test, with the band of the watched cell."""
    told = [canvas.series(f"{TITLES[cell]}, next value", "told_watched" if cell == watched else f"told_{cell}", x="test_times", color=COLORS[cell], width=1.6,
                          low="band_low" if cell == watched else None, high="band_high" if cell == watched else None) for cell in cells]  # fmt: skip
    series = [canvas.series("actual", "actual", x="series_times", color="ink", width=1.4), *told]
    return _in_time(series, split, tested, horizon, "Actual series and each cell's forecast of the next value over the test part")


def free_running(cells: Sequence[str], rules: Sequence[str], split: int, tested: int, horizon: int) -> dict[str, Any]:
    """What cells and simple rules say when they read their own forecasts from the split on."""
    series = [canvas.series("actual", "actual", x="series_times", color="ink", width=1.4)]
    series += [canvas.series(RULES[rule], f"free_{rule}", x="free_times", color=RULE_COLORS[rule], dash=True, width=1.4, shown=rule != "last") for rule in rules]
    series += [canvas.series(TITLES[cell], f"free_{cell}", x="free_times", color=COLORS[cell], width=2.2) for cell in cells]
    return _in_time(series, split, tested, horizon, "Actual series and free-running forecasts of cells and simple rules from the end of the learnt part on")


def _in_time(series: list[dict[str, Any]], split: int, tested: int, horizon: int, alt: str) -> dict[str, Any]:
    reach = max(tested, min(horizon, 2 * tested))
    return canvas.curves("time", "value", series=series, x="series_times", x_range=(max(0.0, split - 0.6 * reach), float(split + reach)), switches=False, alt=alt,
                         marks=[canvas.rule(x=float(split), words="learnt until here")])  # fmt: skip


def errors(rows: Sequence[tuple[str, str, float, float]]) -> str:
    """Errors of cells and rules as bars, smallest first, as HTML: (words, colour, RMSE, MAE)."""
    ranked = sorted(rows, key=lambda row: row[2] if math.isfinite(row[2]) else math.inf)
    most = max((row[2] for row in ranked if math.isfinite(row[2])), default=1.0) or 1.0
    lines = "".join(f'<span>{words}</span><div class="rail"><i style="width:{100 * min(1.0, rmse / most) if math.isfinite(rmse) else 100:.1f}%;background:{css}"></i></div>'
                    f"<b>{rmse:.4g}</b><span class='n'>{mae:.4g}</span>" for words, css, rmse, mae in ranked)  # fmt: skip
    return f"""<style>
.rerrors {{ display: grid; grid-template-columns: auto minmax(40px, 1fr) 4.4em 4.4em; gap: 4px 10px; align-items: center; font-size: 13px; font-variant-numeric: tabular-nums; }}
.rerrors .rail {{ height: 10px; border-radius: 5px; background: rgba(128,140,155,.18); }} .rerrors .rail i {{ display: block; height: 100%; border-radius: 5px; min-width: 2px; }}
.rerrors b, .rerrors .n {{ text-align: right; }} .rerrors .n, .rerrors em {{ opacity: .68; font-style: normal; font-size: 12px; }} .rerrors em.n {{ text-align: right; }}
</style><div class="rerrors" role="img" aria-label="Errors one step ahead, smallest first">
<em>one step ahead, over the test</em><em></em><em class="n">RMSE</em><em class="n">MAE</em>{lines}</div>"""


def text_curve(cells: Sequence[str]) -> dict[str, Any]:
    """Loss a sign on text that is not learnt, against what counting signs and pairs of signs gives."""
    series = [canvas.series(TITLES[cell], f"{cell}_loss", color=COLORS[cell]) for cell in cells]
    series += [canvas.series(f"{TITLES[cell]}, learnt part", f"{cell}_batch_loss", color=COLORS[cell], width=1.0, dash=True, shown=len(cells) == 1) for cell in cells]
    marks = [canvas.rule(y="chance_loss", words="frequencies alone"), canvas.rule(y="one_sign", words="knowing the last sign")]
    return canvas.curves("step", "loss", series=series, marks=marks, y_range=(0.0, None), alt="Loss of each cell by step, with the levels that counting reaches")


def plain(name: str) -> dict[str, Any]:
    """A series as it is."""
    return canvas.curves("row", name, series=[canvas.series(name, "series", color=theme.CATEGORICAL[0], width=1.4)], x="times", switches=False, alt=f"{name} by row")
