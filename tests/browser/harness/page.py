"""One part a page: `/?part=stage` and so on; what a callback received is written below."""

from types import SimpleNamespace

import numpy as np
import streamlit as st

from playground.figures import canvas
from playground.ui import components
from tests.browser.harness.fake_run import AXIS, spirals

st.set_page_config(layout="wide", page_title="harness")
part = st.query_params.get("part", "stage")
run = SimpleNamespace(token=st.query_params.get("token", "play"))
st.session_state.setdefault("heard", [])


def heard(event: dict) -> None:
    st.session_state.heard.append(event)


BOUNDARY = canvas.stage(
    x=(-6, 6),
    y=(-6, 6),
    x_label="x₁",
    y_label="x₂",
    alt="The network's output by position, with the data",
    events=("click",),
    layers=[
        canvas.field("boundary", low=-1, high=1, contours=(0.0,), value="network output", steps=2 if "steps" in st.query_params else 0),
        canvas.points("points", color="labels", palette="diverging", low=0, high=1, label="training data", value="class"),
    ],
)


def paths() -> dict:
    """Three optimizers' paths down a bowl, the bowl itself, and their losses."""
    t = np.arange(151)
    x = np.linspace(-2.5, 2.5, 80)
    height = (x[None] ** 2 * 0.3 + (x[:, None] - 0.25 * x[None] ** 2) ** 2 * 1.4 + 0.02).astype("f4")
    rows = []
    for k, (pull, swing) in enumerate(((0.02, 0.0), (0.03, 0.5), (0.05, 0.15))):
        px = -2.2 * np.exp(-pull * t) * np.cos(swing * 0.2 * t)
        rows.append(np.stack([px, 0.25 * px**2 + (2.2 - 0.9 * k) * np.exp(-pull * 2 * t) * np.cos(swing * 0.5 * t)], 1))
    xy = np.stack(rows).astype("f4")
    loss = xy[..., 0] ** 2 * 0.3 + (xy[..., 1] - 0.25 * xy[..., 0] ** 2) ** 2 * 1.4 + 0.02
    return {"height": height, "paths": xy, "step": t.astype("f4"), **{f"loss_{k}": loss[k] for k in range(3)}}


NAMES = ("SGD", "Momentum", "Adam")
CONTOUR = canvas.stage(
    x=(-2.5, 2.5),
    y=(-2.5, 2.5),
    x_label="x",
    y_label="y",
    alt="Paths of three optimizers over the height lines of a bowl",
    events=("click",),
    layers=[
        canvas.field("height", palette="sequential", log=True, contours=12, value="height"),
        canvas.lines("paths", names=NAMES, animated=True, dots=False),
        canvas.draggable("start", (-2.2, 2.0), label="start"),
    ],
)
SOLID = canvas.surface3d(
    "height",
    x=(-2.5, 2.5),
    y=(-2.5, 2.5),
    x_label="x",
    y_label="y",
    z_label="height",
    alt="The bowl as a surface",
    log=True,
    layers=[canvas.lines("paths", names=NAMES, animated=True)],
)
LOSSES = canvas.curves(
    "step", "height", series=[canvas.series(name, f"loss_{i}") for i, name in enumerate(NAMES)], log_y=True, alt="Height by step", height=150
)

if part == "stage":
    components.stage(run, BOUNDARY, key="stage", on_click=heard)
elif part == "still":
    points, labels = spirals()
    x, y = np.meshgrid(AXIS, AXIS)
    logits = np.stack([np.sin(x) + y / 3, np.cos(y) * 2 - x / 3, (x * y) / 9, x / 2])
    shares = (np.exp(2 * logits) / np.exp(2 * logits).sum(0)).astype("f4")
    left, right = st.columns(2)
    with left:
        spec = canvas.stage(
            x=(-6, 6),
            y=(-6, 6),
            x_label="x₁",
            y_label="x₂",
            alt="Class by position",
            events=("draw",),
            layers=[
                canvas.field(
                    "shares", palette="classes", names=["red wine", "white wine", "rosé", "sparkling"], steps=2 if "steps" in st.query_params else 0
                ),
                canvas.points("points", color="kinds", radius=4.5, label="<b>wines</b>"),
                canvas.draggable("probe", (1.0, 2.0), label="probe"),
            ],
        )
        components.stage(
            {"shares": shares, "points": points, "kinds": (np.arange(300) % 4).astype("u1")}, spec, key="classes", on_drag=heard, on_draw=heard
        )
    with right:
        counts = np.array([[50, 2, 1], [3, 44, 6], [0, 9, 35]], dtype="i4")[::-1].copy()
        spec = canvas.stage(
            x=(-0.5, 2.5),
            y=(-0.5, 2.5),
            x_label="predicted",
            y_label="true",
            x_ticks=["iris", "lily", "rose"],
            y_ticks=["rose", "lily", "iris"],
            alt="Confusion matrix",
            events=("click",),
            layers=[canvas.field("counts", palette="sequential", low=0, smooth=False, numbers="d", value="flowers")],
        )
        components.stage({"counts": counts}, spec, key="confusion", height=300, on_click=heard)
        grid = np.stack(np.meshgrid(np.linspace(-1, 1, 21), np.linspace(-1, 1, 21)), -1)
        bent = np.tanh(grid @ np.array([[1.5, 0.7], [-0.8, 1.2]]))
        spec = canvas.stage(
            x=(-1.1, 1.1),
            y=(-1.1, 1.1),
            x_label="unit 1",
            y_label="unit 2",
            alt="The plane, bent by a layer",
            layers=[
                canvas.grid("bent", cells="values", label="grid"),
                canvas.points("dots", color="accent", shape="ring", label="points"),
                canvas.arrows("dots", "moves", colors=["category 3"], label="gradients"),
                canvas.rule(x=0.5, words="threshold"),
                canvas.band(x=(-1.1, -0.7), color="negative", words="dead"),
            ],
        )
        components.stage(
            {"bent": bent, "values": bent[..., 0], "dots": bent[::5, ::5].reshape(-1, 2), "moves": 0.2 * bent[::5, ::5].reshape(-1, 2)[:, ::-1]},
            spec,
            key="bent",
            height=320,
        )
elif part == "network":
    classes = run.token in ("classes", "large")
    spec = canvas.network(
        "The network: inputs, hidden layers, output",
        thumbnails="units",
        editable=True,
        resizable=True,
        outputs=["red", "white", "rosé"] if classes else ["output"],
        spare_inputs=["x₁", "x₂", "x₁²", "x₂²", "x₁x₂", "sin x₁", "sin x₂", "cos x₁"],
    )
    components.network(run, spec, key="network", on_resize=heard, on_inputs=heard)
elif part == "lines":
    spec = canvas.curves(
        "step",
        "loss",
        series=[canvas.series("training loss", "train_loss"), canvas.series("test loss", "test_loss", dash=True)],
        alt="Loss by step",
        marks=[canvas.rule(y=0.1, words="target")],
    )
    components.lines(run, spec, key="lines", height=260)
    x = np.linspace(-5, 5, 201)
    handle = canvas.draggable("probe", (1.0, -1.0), along="x")
    spec = canvas.curves(
        "x",
        "f(x)",
        x="x",
        alt="Two functions",
        marks=[canvas.band(x=(-5, -3), words="saturated"), canvas.rule(x=0.0), handle],
        series=[
            canvas.series("tanh", "tanh", low="less", high="more"),
            canvas.series("ReLU", "relu", dash=True),
            canvas.series("counts", "bars", x="edges", style="bars"),
        ],
    )
    components.lines(
        {
            "x": x,
            "tanh": np.tanh(x),
            "less": np.tanh(x) - 0.2,
            "more": np.tanh(x) + 0.2,
            "relu": np.maximum(x, 0) / 3,
            "edges": np.linspace(-4, 4, 17),
            "bars": np.exp(-(np.linspace(-4, 4, 17) ** 2) / 4),
        },
        spec,
        key="functions",
        height=260,
        on_drag=heard,
    )
elif part == "player":
    spec = canvas.player(
        [CONTOUR, SOLID, LOSSES],
        frames=151,
        fps=30,
        captions=[f"Step {i}: the paths move on." for i in range(151)],
        loop=True,
        autoplay="still" not in st.query_params,
    )
    components.player(paths(), spec, key="player", on_click=heard, on_drag=heard)
elif part == "surface":
    data = paths()
    if "hole" in st.query_params:
        data["height"][60:70, 5:75] = np.nan
    components.surface(data, SOLID, key="surface", height=420)
elif part == "transport":
    components.transport(run, key="transport", new_weights=heard, new_data=heard)
    components.stage(run, BOUNDARY, key="stage", height=300)
elif part == "page":
    components.transport(run, key="transport", new_weights=heard, new_data=heard)
    left, right = st.columns((3, 2))
    with left:
        spec = canvas.network("The network", thumbnails="units", editable=True, resizable=True, outputs=["output"])
        components.network(run, spec, key="network", on_resize=heard)
    with right:
        components.stage(run, BOUNDARY, key="stage", on_click=heard)
        components.lines(
            run,
            canvas.curves(
                "step", "loss", series=[canvas.series("training loss", "train_loss"), canvas.series("test loss", "test_loss")], alt="Loss by step"
            ),
            key="lines",
            height=180,
        )
elif part == "broken":
    components.stage({"boundary": np.zeros(0, "f4")}, BOUNDARY, key="empty")
    components.stage(SimpleNamespace(token="broken"), BOUNDARY, key="broken")
    components.surface({"height": np.ones(3)}, SOLID, key="flat")
    components._PARTS["stage"](key="bytes", data=b"no packet")

st.button("Rerun")
st.write("Heard:", str(st.session_state.heard))
