"""Models as figures: scores against size, what layers cost, and what accuracy has cost those who published it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from playground.data.torchvision_table import Weights
from playground.figures import theme
from playground.zoo.catalogue import Model

KINDS = ("convolution", "linear", "attention", "embedding", "normalisation", "pooling", "other")
COLOURS = dict(zip(KINDS, (theme.POSITIVE, theme.NEGATIVE, *(theme.CATEGORICAL[i] for i in (3, 2, 5, 7)), theme.NEUTRAL), strict=True))
FAMILIES = {"AlexNet": ("alexnet",), "VGG": ("vgg",), "ResNet": ("resnet", "resnext", "wide_resnet"), "DenseNet": ("densenet",), "MobileNet": ("mobilenet_v2", "mobilenet_v3"),
            "EfficientNet": ("efficientnet", "efficientnet_v2"), "RegNet": ("regnet_x", "regnet_y"), "ViT": ("vit",), "Swin": ("swin", "swin_v2"), "ConvNeXt": ("convnext",
                )}  # fmt: skip
QUANTITIES = (("parameters", "Parameters"), ("flops", "Operations"), ("bytes", "Output, bytes"), ("seconds", "Time, s"))
QUIET = "rgba(128,140,155,0.55)"
COSTS = {"operations": "multiply-adds for one picture, in 10⁹", "parameters": "parameters, in millions", "megabytes": "file, in MB"}


def scores(models: Sequence[Model], size: str = "parameters") -> Any:
    """Each model's share of right answers, the smallest model on top; where guessing is known, a stem shows what training has added to it.

    Args:
        models: Those whose main score is a share are drawn.
        size: "parameters" or "bytes".
    """
    import plotly.graph_objects as go

    shown = sorted((each for each in models if each.share is not None), key=lambda each: -getattr(each, size))
    figure = go.Figure(layout={"template": theme.template(), "height": 92 + 27 * len(shown), "margin": {"l": 10, "r": 24, "t": 36, "b": 44}})
    rows = {each.name: f"{each.name} · {_sized(each, size)}" for each in shown}
    areas = list(dict.fromkeys(each.area for each in models if each.share is not None))
    for number, area in enumerate(areas):
        own, colour = [each for each in shown if each.area == area], theme.category(number)
        stems = [each for each in own if each.chance is not None]
        figure.add_scatter(
            x=[x for each in stems for x in (100 * (each.chance or 0), 100 * (each.share or 0), None)], y=[y for each in stems for y in (rows[each.name], rows[each.name], None)],
            mode="lines", line={"color": colour, "width": 3}, opacity=0.45, hoverinfo="skip", showlegend=False,
        )  # fmt: skip
        figure.add_scatter(x=[100 * (each.chance or 0) for each in stems], y=[rows[each.name] for each in stems], mode="markers", hoverinfo="skip", showlegend=False,
                           marker={"symbol": "line-ns", "size": 10, "line": {"width": 2, "color": colour}})  # fmt: skip
        figure.add_scatter(
            x=[100 * (each.share or 0) for each in own], y=[rows[each.name] for each in own], mode="markers", name=area, marker={"size": 12, "color": colour},
            customdata=[[each.title, each.main[0] if each.main else "", f"{each.parameters:,}", each.bytes / 1e6] for each in own],
            hovertemplate="<b>%{customdata[0]}</b><br>%{x:.2f} % %{customdata[1]}<br>%{customdata[2]} parameters, %{customdata[3]:.2f} MB<extra></extra>",
        )  # fmt: skip
    figure.update_yaxes(categoryorder="array", categoryarray=[rows[each.name] for each in shown], showgrid=True)
    figure.update_xaxes(title="right answers, %", range=[0, 101.5], tickvals=[0, 20, 40, 60, 80, 100])
    return figure


def _sized(model: Model, size: str) -> str:
    """A model's size in a few letters."""
    value, letters = (model.bytes / 1e6, " MB") if size == "bytes" else (model.parameters / (1e6 if model.parameters >= 1e6 else 1e3), " M" if model.parameters >= 1e6 else " k")
    return f"{value:.2g}{letters}" if value < 10 else f"{value:,.0f}{letters}"


def anatomy(rows: Sequence[Mapping[str, Any]], chosen: int = -1) -> Any:
    """Where parameters, work, memory and time lie along a network: one bar a layer, in the order of the calls.

    Args:
        rows: Of `zoo_layers.layers`.
        chosen: Number of the layer that is marked.
    """
    from plotly.subplots import make_subplots

    quantities = [each for each in QUANTITIES if any(row[each[0]] for row in rows)]
    figure = make_subplots(rows=len(quantities), shared_xaxes=True, vertical_spacing=0.035)
    figure.update_layout(template=theme.template(), height=120 * len(quantities) + 90, barmode="overlay", bargap=0.12, margin={"l": 70, "r": 16, "t": 44, "b": 36})
    for line, (key, title) in enumerate(quantities, 1):
        total = sum(row[key] for row in rows)
        for kind in KINDS:
            own = [row for row in rows if row["kind"] == kind]
            if own:
                figure.add_bar(
                    x=[row["number"] + 1 for row in own], y=[row[key] for row in own], name=kind, legendgroup=kind, showlegend=line == 1, width=0.88,
                    marker={"color": COLOURS[kind], "line_width": 0},
                    customdata=[[row["name"], row["type"], shape(row["made"]), 100 * row[key] / total] for row in own], row=line, col=1,
                    hovertemplate="<b>%{customdata[0]}</b> (%{customdata[1]})<br>makes %{customdata[2]}<br>%{y:.3s}, %{customdata[3]:.1f} % of all<extra></extra>",
                )  # fmt: skip
        figure.update_yaxes(title={"text": title, "font": {"size": 12}}, row=line, col=1, tickformat="~s", nticks=4)
    if 0 <= chosen < len(rows):
        figure.add_vrect(x0=chosen + 0.45, x1=chosen + 1.55, fillcolor=QUIET, opacity=0.35, line_width=0, layer="below")
    figure.update_xaxes(title="layer, in the order of the calls", row=len(quantities), col=1)
    figure.update_xaxes(range=[0.3, len(rows) + 0.7], showgrid=False)
    return figure


def shape(sizes: Sequence[int]) -> str:
    """A shape as people write it, without the batch: "96 × 14 × 14"."""
    return " × ".join(map(str, sizes[1:])) or "1"


def published(entries: Sequence[Weights], across: str = "operations") -> Any:
    """Published top-1 of torchvision's classifiers against one cost; the line joins those that nothing cheaper beats.

    Args:
        across: "operations", "parameters" or "megabytes".
    """
    import plotly.graph_objects as go

    figure = go.Figure(layout={"template": theme.template(), "height": 520, "margin": {"l": 56, "r": 20, "t": 64, "b": 48}})
    best = frontier(entries, across)
    figure.add_scatter(x=[cost(each, across) for each in best], y=[100 * each.top1 for each in best], mode="lines", line={"color": QUIET, "width": 2, "shape": "hv"},
                       name="nothing cheaper is better", hoverinfo="skip")  # fmt: skip
    listed = {name for names in FAMILIES.values() for name in names}
    groups = [*FAMILIES.items(), ("others", tuple(dict.fromkeys(each.family for each in entries if each.family not in listed)))]
    for number, (title, names) in enumerate(groups):
        own = [each for each in entries if each.family in names]
        figure.add_scatter(
            x=[cost(each, across) for each in own], y=[100 * each.top1 for each in own], mode="markers", name=title,
            marker={"size": 9, "color": _family_colour(number, title), "opacity": 0.9, "symbol": ["circle-open" if more_pictures(each) else "circle" for each in own],
                    "line_width": [2 if more_pictures(each) else 0 for each in own]},
            customdata=[[each.architecture, each.weights, each.side, each.parameters / 1e6, each.operations, each.megabytes] for each in own],
            hovertemplate="<b>%{customdata[0]}</b> · %{customdata[1]}<br>top-1 %{y:.1f} % at %{customdata[2]} px<br>%{customdata[3]:.1f} M parameters, "
                          "%{customdata[4]:.2f} · 10⁹ multiply-adds, %{customdata[5]:.0f} MB<extra></extra>",
        )  # fmt: skip
    labelled = [each for each in best if each is best[0] or each is best[-1] or best.index(each) % max(1, len(best) // 6) == 0]
    for each in labelled:
        figure.add_annotation(x=_log(cost(each, across)), y=100 * each.top1, text=each.architecture, showarrow=False, yshift=13, xanchor="right", font={"size": 11})
    figure.update_xaxes(type="log", dtick=1, title=COSTS[across])
    figure.update_yaxes(title="published top-1 on ImageNet-1k, %")
    return figure


def more_pictures(entry: Weights) -> bool:
    """Whether these weights have also learnt from pictures beyond ImageNet-1k (Singh et al. 2022, SWAG)."""
    return "SWAG" in entry.weights


def _family_colour(number: int, title: str) -> str:
    """The first family is quiet history, "others" grey; the rest have the categorical colours."""
    return theme.NEUTRAL if title == "others" else "#3c4654" if title == "AlexNet" else theme.category((number - 1) if number <= 8 else number)


def cost(entry: Weights, across: str) -> float:
    return entry.parameters / 1e6 if across == "parameters" else float(getattr(entry, across))


def frontier(entries: Sequence[Weights], across: str) -> list[Weights]:
    """Those that are better than everything that costs no more, cheapest first."""
    best: list[Weights] = []
    for each in sorted(entries, key=lambda each: (cost(each, across), -each.top1)):
        if not best or each.top1 > best[-1].top1:
            best.append(each)
    return best


def _log(value: float) -> float:
    import math

    return math.log10(value)
