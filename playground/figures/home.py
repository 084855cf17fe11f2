"""Miniature figures of the screens, computed when Home is opened."""

from __future__ import annotations

from typing import Any

import numpy as np

from playground.figures import canvas, theme

Picture = tuple[dict[str, np.ndarray], dict[str, Any]]


def nested() -> Picture:
    """Deep learning inside machine learning inside artificial intelligence."""
    angle = np.linspace(0, 2 * np.pi, 121)
    circles = [(0.0, 0.0, 5.6, 2.9), (0.9, -0.25, 4.2, 2.2), (1.9, -0.5, 2.6, 1.35)]
    rings = np.stack([np.stack([x + a * np.cos(angle), y + b * np.sin(angle)], axis=1) for x, y, a, b in circles])
    words = np.array([[0.0, 2.35], [0.9, 1.35], [1.9, -0.1], [1.9, -0.85]])
    arrays = {"rings": rings, "words": words}
    layers = [
        canvas.lines("rings", colors=[theme.CATEGORICAL[3], theme.CATEGORICAL[0], theme.CATEGORICAL[1]], head=False, width=2.5, close=True),
        canvas.text("words", ["Artificial intelligence", "Machine learning", "Deep learning", "this house"], size=14),
    ]
    return arrays, canvas.stage(x=(-5.9, 5.9), y=(-3.1, 3.1), layers=layers, axes=False, aspect=1.9,
                                alt="Deep learning is a part of machine learning, which is a part of artificial intelligence")  # fmt: skip


def activations() -> Picture:
    """Three activation functions."""
    x = np.linspace(-4, 4, 161)
    curves = {"tanh": np.tanh(x), "relu": np.maximum(x, 0) / 2, "silu": x / (1 + np.exp(-x)) / 2}
    arrays = {name: np.stack([x, y], axis=1) for name, y in curves.items()}
    layers = [canvas.lines(name, colors=[theme.CATEGORICAL[i]], head=False, width=3) for i, name in enumerate(arrays)]
    return arrays, canvas.stage(x=(-4, 4), y=(-1.3, 2.1), layers=layers, axes=False, aspect=1.6, alt="tanh, ReLU and SiLU")


def losses() -> Picture:
    """Squared, absolute and Huber loss of a residual, and a fit pulled by an outlier."""
    r = np.linspace(-3, 3, 161)
    curves = {"squared": r**2 / 3, "absolute": np.abs(r), "huber": np.where(np.abs(r) < 1, r**2 / 2, np.abs(r) - 0.5)}
    arrays = {name: np.stack([r, y], axis=1) for name, y in curves.items()}
    layers = [canvas.lines(name, colors=[theme.CATEGORICAL[i]], head=False, width=3) for i, name in enumerate(arrays)]
    return arrays, canvas.stage(x=(-3, 3), y=(-0.2, 3.0), layers=layers, axes=False, aspect=1.6, alt="Squared, absolute and Huber loss")


def descent() -> Picture:
    """Gradient descent and momentum on a ravine, really stepped."""
    side = np.linspace(-2.4, 2.4, 90), np.linspace(-1.5, 1.5, 60)
    x, y = np.meshgrid(*side)
    height = 0.5 * x**2 + 4 * y**2
    paths = []
    for rate, momentum in ((0.21, 0.0), (0.06, 0.85)):
        place, speed, path = np.array([-2.1, 1.1]), np.zeros(2), []
        for _ in range(40):
            path.append(place.copy())
            speed = momentum * speed - rate * np.array([place[0], 8 * place[1]])
            place = place + speed
        paths.append(path)
    arrays = {"height": np.log1p(height).astype(np.float32), "paths": np.array(paths)}
    layers = [canvas.field("height", palette="sequential", contours=9, scale=False),
              canvas.lines("paths", colors=[theme.CATEGORICAL[1], theme.CATEGORICAL[4]], width=2.5)]  # fmt: skip
    return arrays, canvas.stage(x=(-2.4, 2.4), y=(-1.5, 1.5), layers=layers, axes=False, aspect=1.6, alt="Gradient descent and momentum on a ravine")


def train() -> Picture:
    """Handwritten digits of the bundled data, as the network gets them."""
    from playground.data import datasets

    rows, columns = 5, 8
    images = datasets.load("digits").images[: rows * columns, 0].reshape(rows, columns, 8, 8)
    sheet = images.transpose(0, 2, 1, 3).reshape(8 * rows, 8 * columns)[::-1]  # row 0 of a field is the lowest
    layers = [canvas.field("sheet", palette="sequential", low=0, high=255, smooth=False, scale=False)]
    return {"sheet": np.ascontiguousarray(sheet, np.float32)}, canvas.stage(x=(0, 64), y=(0, 40), layers=layers, axes=False, aspect=1.6, alt="Handwritten digits")


def overfitting() -> Picture:
    """Polynomials of degree 3 and 14 fitted to the same fifteen noisy points by least squares."""
    stream = np.random.default_rng(4)
    x = np.linspace(-1, 1, 15)
    y = np.sin(2.6 * x) + stream.normal(0, 0.28, 15)
    fine = np.linspace(-1, 1, 240)
    fits = [np.polynomial.Polynomial.fit(x, y, degree)(fine) for degree in (14, 3)]
    arrays = {"points": np.stack([x, y], axis=1), "fits": np.stack([np.stack([fine, np.clip(fit, -2.4, 2.4)], axis=1) for fit in fits])}
    layers = [canvas.lines("fits", colors=[theme.CATEGORICAL[1], theme.CATEGORICAL[0]], head=False, width=2.5), canvas.points("points", color="ink", radius=3)]
    return arrays, canvas.stage(x=(-1.08, 1.08), y=(-2.2, 2.2), layers=layers, axes=False, aspect=1.6, alt="A fit of degree 3 and one of degree 14 to the same points")


def runs() -> Picture:
    """Loss curves of noisy gradient descent at four learning rates."""
    stream = np.random.default_rng(1)
    places = np.full((4, 2), 2.0)
    heights = []
    for _ in range(120):
        slopes = places * (1.0, 6.0) + stream.normal(0, 0.7, (4, 2))
        places = places - np.array([[0.012], [0.04], [0.12], [0.26]]) * slopes
        heights.append(0.5 * (places**2 * (1.0, 6.0)).sum(1))
    curves = np.log(np.array(heights).T + 1e-3)
    steps = np.broadcast_to(np.linspace(0, 1, 120), curves.shape)
    layers = [canvas.lines("curves", colors=list(theme.CATEGORICAL[:4]), head=False, width=2.2)]
    picture = canvas.stage(x=(-0.02, 1.02), y=(float(curves.min()) - 0.4, float(curves.max()) + 0.4), layers=layers, axes=False, aspect=1.6, alt="Loss curves of four runs")
    return {"curves": np.stack([steps, curves], axis=-1)}, picture


def convolution() -> Picture:
    """A handwritten digit, and what a Sobel kernel finds in it."""
    from playground.data import datasets

    digit = np.kron(datasets.load("digits").images[0, 0].astype(np.float64), np.ones((3, 3)))
    padded = np.pad(digit, 1, mode="edge")
    kernel = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])
    side = len(digit)
    found = sum(kernel[y, x] * padded[y : y + side, x : x + side] for y, x in np.ndindex(3, 3))
    arrays = {"digit": digit[::-1].astype(np.float32), "found": found[::-1].astype(np.float32)}  # row 0 of a field is the lowest
    layers = [canvas.field("digit", palette="sequential", smooth=False, scale=False, x=(0, 24), y=(0, 24)),
              canvas.field("found", smooth=False, scale=False, x=(27, 51), y=(0, 24))]  # fmt: skip
    return arrays, canvas.stage(x=(-1, 52), y=(-4.6, 28.6), layers=layers, axes=False, aspect=1.6, alt="A digit, and the upright edges a kernel finds in it")


def gans() -> Picture:
    """The best possible discriminator (Goodfellow et al. 2014, proposition 1) against a generator that has missed three of eight modes."""
    stream = np.random.default_rng(3)
    angles = 2 * np.pi * np.arange(8) / 8
    modes = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    y, x = np.mgrid[-2.75:2.75:66j, -4.4:4.4:106j]

    def density(centres: np.ndarray, spread: float) -> np.ndarray:
        apart = (x[..., None] - centres[:, 0]) ** 2 + (y[..., None] - centres[:, 1]) ** 2
        return np.exp(-apart / (2 * spread**2)).mean(-1) / spread**2 + 1e-3

    real, fake = density(modes, 0.42), density(modes[:5], 0.42)
    places = modes[stream.integers(0, 5, 90)] + stream.normal(0, 0.2, (90, 2))
    layers = [canvas.field("answer", low=-1, high=1, scale=False), canvas.points("fakes", color=theme.CATEGORICAL[1], radius=2)]
    arrays = {"answer": (2 * real / (real + fake) - 1).astype(np.float32), "fakes": places}
    return arrays, canvas.stage(x=(-4.4, 4.4), y=(-2.75, 2.75), layers=layers, axes=False, aspect=1.6, alt="A discriminator that sees through a generator")


def autoencoders() -> Picture:
    """Handwritten digits squeezed into two numbers by the best linear autoencoder, which is their principal components."""
    from playground.data import datasets

    digits = datasets.load("digits")
    pixels = digits.images[:700].reshape(700, -1).astype(np.float64)
    pixels -= pixels.mean(0)
    codes = pixels @ np.linalg.svd(pixels, full_matrices=False)[2][:2].T
    codes = codes / np.abs(codes).max(0)
    arrays = {"codes": codes, "classes": np.asarray(digits.targets[:700], np.int32)}
    layers = [canvas.points("codes", color="classes", palette="classes", radius=2)]
    return arrays, canvas.stage(x=(-1.08, 1.08), y=(-1.08, 1.08), layers=layers, axes=False, aspect=1.6, alt="Ten digits as ten clouds in a plane")


def recurrent() -> Picture:
    """Units that forget at different speeds, fed with the same three pulses."""
    pulses = np.zeros(60)
    pulses[[4, 11, 33]] = 1.0, -0.8, 1.0
    keep = np.linspace(0.6, 0.985, 14)
    state, states = np.zeros(14), []
    for pulse in pulses:
        state = np.tanh(keep * state + pulse)
        states.append(state)
    layers = [canvas.field("states", low=-1, high=1, smooth=False, scale=False)]
    arrays = {"states": np.array(states, np.float32).T.copy()}
    return arrays, canvas.stage(x=(0, 60), y=(0, 14), layers=layers, axes=False, aspect=1.6, alt="Memories that fade at different speeds")


def text() -> Picture:
    """How alike sentences are by the three-letter pieces they share."""
    sentences = ("the film was wonderful", "a wonderful film", "the film was dull", "stocks fell today", "shares fell again today", "it rained all day", "it rained again")
    pieces = sorted({each[i : i + 3] for each in sentences for i in range(len(each) - 2)})
    counts = np.array([[each.count(piece) for piece in pieces] for each in sentences], np.float64)
    counts /= np.linalg.norm(counts, axis=1, keepdims=True)
    layers = [canvas.field("alike", palette="sequential", low=0, high=1, smooth=False, scale=False)]
    arrays = {"alike": (counts @ counts.T)[::-1].astype(np.float32)}
    return arrays, canvas.stage(x=(0, 7), y=(0, 7), layers=layers, axes=False, aspect=1.6, alt="Which of seven sentences are alike")


def images() -> Picture:
    """A photograph, with lines around what has the strongest edges."""
    from playground.data import pictures

    grey = pictures.sample("flower").astype(np.float64)
    grey = grey.mean(-1) if grey.ndim == 3 else grey
    rows = np.linspace(0, len(grey) - 1, 90).astype(int)
    columns = np.linspace(0, grey.shape[1] - 1, 90).astype(int)
    grey = grey[rows][:, columns]
    edges = np.hypot(*np.gradient(grey))
    for _ in range(40):  # blurred, so that lines go around regions
        edges = (edges + np.roll(edges, 1, 0) + np.roll(edges, -1, 0) + np.roll(edges, 1, 1) + np.roll(edges, -1, 1)) / 5
    arrays = {"grey": grey[::-1].astype(np.float32), "edges": edges[::-1].astype(np.float32)}
    layers = [canvas.field("grey", palette="sequential", reverse=True, scale=False), canvas.field("edges", opacity=0.45, palette="sequential", contours=4, scale=False)]
    return arrays, canvas.stage(x=(0, 90), y=(0, 90), layers=layers, axes=False, aspect=1.6, alt="A photograph and what stands out in it")


def transformers() -> Picture:
    """Who looks back at whom: causal attention of sinusoidal position codes (Vaswani et al. 2017, sections 3.2 and 3.5) over ten places."""
    place, rate = np.arange(10)[:, None], 10_000 ** (-np.arange(8) / 8)
    codes = np.concatenate([np.sin(place * rate), np.cos(place * rate)], axis=1)
    scores = np.where(np.tri(10, dtype=bool), codes @ codes.T / np.sqrt(16) * 3, -np.inf)
    weights = np.exp(scores - scores.max(1, keepdims=True))
    weights /= weights.sum(1, keepdims=True)
    angle = np.linspace(0, np.pi, 33)
    arrays: dict[str, np.ndarray] = {"dots": np.stack([np.arange(10.0), np.zeros(10)], axis=1)}
    layers = []
    for number, (low, high, width) in enumerate(((0.05, 0.12, 1.0), (0.12, 0.25, 2.2), (0.25, 1.0, 4.0))):
        pairs = [(i, j) for i in range(10) for j in range(i) if low <= weights[i, j] < high]
        if pairs:
            arrays[f"arcs_{number}"] = np.array([np.stack([(i + j) / 2 + (i - j) / 2 * np.cos(angle), (i - j) / 2 * np.sin(angle)], axis=1) for i, j in pairs])
            layers.append(canvas.lines(f"arcs_{number}", colors=[theme.CATEGORICAL[number]] * len(pairs), head=False, width=width))
    layers.append(canvas.points("dots", radius=5))
    return arrays, canvas.stage(x=(-0.6, 9.6), y=(-0.6, 4.6), layers=layers, axes=False, aspect=1.9, alt="Ten tokens, each looking back at those before it")


def speech() -> Picture:
    """A spectrogram: the Fourier transform, window by window, of a voice-like sound made of twenty gliding overtones."""
    seconds = np.arange(9_600) / 8_000
    pitch = 2 * np.pi * np.cumsum(130 + 45 * np.sin(4.2 * seconds)) / 8_000
    formant = 700 + 900 * seconds
    sound = sum(np.exp(-(((k * 140 - formant) / 500) ** 2)) * np.sin(k * pitch) for k in range(1, 21)) * np.clip(np.minimum(seconds, 1.2 - seconds) * 8, 0, 1)
    windows = np.lib.stride_tricks.sliding_window_view(sound, 400)[::100] * np.hanning(400)
    power = np.log10(np.abs(np.fft.rfft(windows, axis=1)[:, :110]) ** 2 + 1e-2)
    layers = [canvas.field("power", palette="sequential", low=float(power.min()), high=float(power.max()), scale=False)]
    return {"power": power.T.astype(np.float32).copy()}, canvas.stage(x=(0, 93), y=(0, 110), layers=layers, axes=False, aspect=1.6, alt="A sound as a picture")


def zoo() -> Picture:
    """Weights of each layer of a small VGG, k²·c_in·c_out, as bars on a scale of factors of ten."""
    channels = (3, 16, 16, 32, 32, 64, 64, 128, 128)
    counts = np.log10([9 * a * b for a, b in zip(channels, channels[1:], strict=False)])
    arrays = {"bars": np.array([[[i, 0.0], [i, count]] for i, count in enumerate(counts)])}
    colors = [theme.CATEGORICAL[i // 2] for i in range(len(counts))]
    return arrays, canvas.stage(x=(-0.8, len(counts) - 0.2), y=(-0.2, 5.6), layers=[canvas.lines("bars", colors=colors, head=False, width=14)], axes=False, aspect=1.6,
                                alt="Layers of a network by their number of weights")  # fmt: skip


def gridworld() -> Picture:
    """State values of a small world with a goal and a pit, by value iteration."""
    rewards, walls = np.full((4, 6), -0.04), np.zeros((4, 6), bool)
    walls[1, 1] = walls[2, 3] = walls[1, 4] = True
    ends = {(3, 5): 1.0, (2, 5): -1.0}
    values = np.zeros((4, 6))
    ways = ((0, 1), (1, 0), (0, -1), (-1, 0))

    def after(y: int, x: int, way: tuple[int, int]) -> float:
        row, column = y + way[0], x + way[1]
        free = 0 <= row < 4 and 0 <= column < 6 and not walls[row, column]
        return float(values[row, column] if free else values[y, x])

    best = np.zeros((4, 6), int)
    for _ in range(60):
        for y, x in np.ndindex(4, 6):
            if (y, x) in ends:
                values[y, x] = ends[y, x]
            elif not walls[y, x]:
                backed = [0.8 * after(y, x, ways[k]) + 0.1 * after(y, x, ways[k - 1]) + 0.1 * after(y, x, ways[(k + 1) % 4]) for k in range(4)]
                best[y, x], values[y, x] = int(np.argmax(backed)), rewards[y, x] + max(backed)
    free = [(y, x) for y, x in np.ndindex(4, 6) if not walls[y, x] and (y, x) not in ends]
    arrays = {"values": np.where(walls, np.nan, values).astype(np.float32), "at": np.array([[x + 0.5, y + 0.5] for y, x in free]),
              "way": np.array([[ways[best[y, x]][1], ways[best[y, x]][0]] for y, x in free], np.float64)}  # fmt: skip
    layers = [canvas.field("values", low=-1, high=1, smooth=False, scale=False), canvas.arrows("at", "way", colors="ink", length=0.28, width=1.8)]
    return arrays, canvas.stage(x=(0, 6), y=(0, 4), layers=layers, axes=False, aspect=1.6, alt="Values of the cells of a small world, with the best way from each")


def balancing() -> Picture:
    """A pole on a cart, held up by linear feedback: the equations of CartPole, drawn every few steps."""
    x, v, angle, spin = 0.0, 0.0, 0.24, 0.0
    poles, carts = [], []
    for step in range(70):
        if step % 5 == 0:
            poles.append([[x, 0.0], [x + np.sin(angle), np.cos(angle)]])
            carts.append([[x - 0.22, 0.0], [x + 0.22, 0.0]])
        force = 10.0 * np.clip(3.2 * angle + 0.9 * spin + 0.25 * x + 0.4 * v, -1, 1)
        pull = (force + 0.05 * spin**2 * np.sin(angle)) / 1.1
        turn = (9.8 * np.sin(angle) - np.cos(angle) * pull) / (0.5 * (4 / 3 - 0.1 * np.cos(angle) ** 2 / 1.1))
        x, v, angle, spin = x + 0.02 * v, v + 0.02 * (pull - 0.05 * turn * np.cos(angle) / 1.1), angle + 0.02 * spin, spin + 0.02 * turn
    arrays = {"poles": np.array(poles), "carts": np.array(carts)}
    layers = [canvas.lines("poles", colors=[theme.CATEGORICAL[1]] * len(poles), head=False, width=2.5),
              canvas.lines("carts", colors=[theme.CATEGORICAL[0]] * len(carts), head=False, width=5)]  # fmt: skip
    middle = float(np.mean([each[0][0] for each in poles]))
    return arrays, canvas.stage(x=(middle - 1.15, middle + 1.15), y=(-0.22, 1.2), layers=layers, axes=False, aspect=1.6, alt="A cart that keeps its pole upright")


def boundary(field: np.ndarray, places: np.ndarray, targets: np.ndarray) -> Picture:
    """A trained network's field on the spiral."""
    arrays = {"field": field, "places": places, "targets": targets}
    layers = [canvas.field("field", low=-1, high=1, scale=False), canvas.points("places", color="targets", palette="diverging", low=0, high=1, radius=2.2)]
    return arrays, canvas.stage(x=(-6, 6), y=(-3.75, 3.75), layers=layers, axes=False, aspect=1.6, alt="A network that has learnt the spiral")
