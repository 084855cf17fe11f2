"""Typed formulas: what is allowed means what it says, in torch, as code and as LaTeX; anything else is refused with its place."""

import ast
import math
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.errors import UserError
from playground.core.limits import FORMULA_CHARACTERS, FORMULA_EXPONENT, FORMULA_NODES
from playground.functions.formula import FormulaError, parse
from playground.functions.formula_words import FUNCTIONS

X, Y = (torch.tensor(each, dtype=torch.float64) for each in ([0.3, 1.7, 2.5], [0.9, 0.2, 1.1]))


def value(text):
    return parse(text).evaluate(X, Y)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + 2*y", lambda x, y: x + 2 * y),
        ("x^2 - y**3", lambda x, y: x**2 - y**3),
        ("-x**2", lambda x, y: -(x**2)),
        ("(-x)**2", lambda x, y: x**2),
        ("2**-x", lambda x, y: 2**-x),
        ("x**y**0.5", lambda x, y: x ** (y**0.5)),
        ("x - (y - 1)", lambda x, y: x - y + 1),
        ("x/y/2", lambda x, y: x / y / 2),
        ("x/(y/2)", lambda x, y: 2 * x / y),
        ("sin(x)*cos(y) + tanh(x*y)", lambda x, y: np.sin(x) * np.cos(y) + np.tanh(x * y)),
        ("exp(-x) + log(y) + sqrt(x) + abs(-y)", lambda x, y: np.exp(-x) + np.log(y) + np.sqrt(x) + y),
        ("max(x, y, 1) - min(x, y)", lambda x, y: np.maximum(np.maximum(x, y), 1) - np.minimum(x, y)),
        ("sigmoid(x) + relu(y - 1) + softplus(x)", lambda x, y: 1 / (1 + np.exp(-x)) + np.maximum(y - 1, 0) + np.log1p(np.exp(x))),
        ("2*π·x² − y³", lambda x, y: 2 * np.pi * x**2 - y**3),
        ("e + tau*x", lambda x, y: np.e + 2 * np.pi * x),
        ("1e3*x", lambda x, y: 1000 * x),
    ],
)
def test_a_formula_means_what_it_says(text, expected):
    assert value(text).numpy() == pytest.approx(expected(X.numpy(), Y.numpy()), rel=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_agrees_with_its_plain_value_and_its_code(name):
    card = FUNCTIONS[name]
    listed = ["x"] if card.most == 1 else ["x", "0.4"]
    x = torch.tensor([0.37], dtype=torch.float64)
    text = f"{name}({', '.join(listed)})"
    plain = card.plain(*([0.37] if card.most == 1 else [0.37, 0.4]))
    formula = parse(text)
    assert float(formula.evaluate(x, x)) == pytest.approx(plain, rel=1e-12)
    assert float(run(formula.code(), x, x)) == pytest.approx(plain, rel=1e-12)


def run(code, x, y):
    """What the exported code computes; tests may evaluate it, the package never does."""
    return eval(compile(ast.parse(code, mode="eval"), "formula", "eval"), {"torch": torch, "x": x, "y": y})


leaves = st.sampled_from(["x", "y", "2", "0.5", "pi"])
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
        inner.map(lambda t: f"sin({t})"), inner.map(lambda t: f"-({t})"), inner.map(lambda t: f"({t})**2"),
        st.tuples(inner, inner).map(lambda t: f"max({t[0]}, {t[1]})"),
    ),
    max_leaves=6,
).filter(lambda t: "x" in t.replace("max", "") or "y" in t)  # fmt: skip


@given(text=trees)
@settings(deadline=None)
def test_code_read_again_is_the_same_function_and_latex_is_balanced(text):
    try:
        formula = parse(text)
    except FormulaError:
        return  # too large: a limit, not a meaning
    mine, exported = formula.evaluate(X, Y), torch.broadcast_to(torch.as_tensor(run(formula.code(), X, Y)), X.shape)
    assert mine.numpy() == pytest.approx(exported.numpy(), rel=1e-12, abs=1e-12, nan_ok=True)
    latex = formula.latex()
    assert latex.count("{") == latex.count("}") and latex.count(r"\left") == latex.count(r"\right")


def test_the_gradient_is_that_of_autograd_on_the_hand_written_function():
    x, y = X.clone().requires_grad_(), Y.clone().requires_grad_()
    parse("sin(x)*y + x**2/4").evaluate(x, y).sum().backward()
    assert x.grad.tolist() == pytest.approx((torch.cos(X) * Y + X / 2).tolist())
    assert y.grad.tolist() == pytest.approx(torch.sin(X).tolist())


def test_a_formula_in_x_alone_fills_the_common_shape():
    assert parse("x**2").variables == {"x"}
    assert parse("x**2").evaluate(torch.zeros(3, 1), torch.zeros(1, 4)).shape == (3, 4)


def test_a_value_that_does_not_exist_is_nan_and_no_error():
    assert math.isnan(float(parse("log(x)").evaluate(torch.tensor(-1.0), torch.tensor(0.0))))


@pytest.mark.parametrize(
    ("text", "position", "word"),
    [
        ("", 1, "nothing"), ("   ", 1, "nothing"), ("x +", 3, "follow"), ("(x + y", 1, "never closed"), ("x + y)", 6, "closes nothing"),
        ("2x + y", 1, "missing"), ("x + z", 5, "z"), ("sinn(x)", 1, "sinn"), ("sin", 1, "brackets"), ("sin(x, y)", 1, "one value"),
        ("max(x)", 1, "2 to 8"), ("x(y + 1)", 1, "before the bracket"), ("x + 1/0", 7, "zero"), ("x**13", 4, str(FORMULA_EXPONENT)),
        ("x + log(0)", 5, "no value"), ("x + 10**12*10**12", 5, "larger"), ("x < y", 1, "does not belong"), ("x if y else 1", 1, "does not belong"),
        ("3 + 4", 1, "neither x nor y"), ("x and y", 1, "does not belong"), ("~x", 1, "no meaning"), ("x // y", 1, "not known"),
        ("x @ y", 1, "not known"), ("True*x", 1, "only numbers"), ("'a'*x", 1, "only numbers"), ("x + 1j", 5, "only numbers"),
        ("x.real", 1, "does not belong"), ("x[0]", 1, "does not belong"), ("sin(x=1)", 1, "plain values"), ("sin(*x)", 1, "plain values"),
        ("(lambda: x)()", 2, "called"), ("__import__('os')", 1, "no function"), ("x; y", 2, "formula"), ("x + ☃", 5, "☃"), ("x + \u200b1", 5, "U+200B"),
        ("x := 1", 3, "formula"), ("[x for x in y]", 1, "does not belong"), ("f'{x}'", 1, "does not belong"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_its_place(text, position, word):
    with pytest.raises(FormulaError) as refusal:
        parse(text)
    assert word in str(refusal.value) and refusal.value.field == "formula"
    assert refusal.value.position == position, str(refusal.value)


def test_the_place_counts_the_characters_as_typed_not_as_spelled():
    with pytest.raises(FormulaError) as refusal:
        parse("x² + π·y + z")
    assert refusal.value.position == 12 and "▸z◂" in refusal.value.excerpt


def test_limits_hold():
    parse("x" + "+1" * ((FORMULA_CHARACTERS - 1) // 2 - 60))
    with pytest.raises(FormulaError, match=str(FORMULA_CHARACTERS)):
        parse("x" + "+1" * FORMULA_CHARACTERS)
    with pytest.raises(FormulaError, match=f"more than {FORMULA_NODES} parts"):
        parse("+".join(["x"] * 60))
    with pytest.raises(FormulaError):
        parse("(" * 95 + "x" + ")" * 104)
    with pytest.raises(FormulaError):
        parse("-" * 150 + "x")


def test_towers_of_powers_are_refused_at_once():
    for text in ("9**9**9**9*x", "x**(9**9)", "10**300*x", "(((2**12)**12)**12)**12*x", "exp(exp(exp(9)))*x"):
        with pytest.raises(FormulaError):
            parse(text)


@given(text=st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_in_words(text):
    try:
        formula = parse(text)
    except FormulaError as error:
        assert 1 <= error.position <= len(text) + 1 and len(str(error)) < 900
    else:
        assert formula.evaluate(X, Y).shape == X.shape


@given(text=st.lists(st.sampled_from(["x", "y", "(", ")", "**", "*", "+", "-", "/", "1", "9e9", "sin", ",", "max", " ", "^", "²", ".", "_", "="]), max_size=30)
       .map("".join))  # fmt: skip
@settings(max_examples=400, deadline=None)
def test_any_shuffle_of_its_parts_is_read_or_refused_in_words(text):
    try:
        formula = parse(text)
    except FormulaError as error:
        assert 1 <= error.position <= len(text) + 1
    else:
        run(formula.code(), X, Y)


def test_a_mistake_survives_the_way_between_processes():
    with pytest.raises(FormulaError) as refusal:
        parse("x + z")
    again = pickle.loads(pickle.dumps(refusal.value))
    assert isinstance(again, UserError) and str(again) == str(refusal.value) and again.field == "formula"
