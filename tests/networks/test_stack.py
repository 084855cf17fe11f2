"""What the builder states of a stack is what torch makes of it."""

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from playground.core.errors import UserError
from playground.core.limits import STACK_CHARACTERS, STACK_LAYERS
from playground.networks import stack
from playground.networks.stack_kinds import BENDS, KINDS
from playground.networks.stack_modules import build
from playground.networks.stack_presets import STACKS

SHAPES = [(1, 8, 8), (3, 9, 7), (2, 16, 16), (13,), (1,)]
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def layers(draw):
    """One layer as text; sizes small, so that shapes differ and building is quick."""
    kind = draw(st.sampled_from(["dense", "conv", "residual", "max", "avg", "global", "flatten", "resize", "norm", "layernorm", "dropout", "bend"]))
    number = draw(st.integers(1, 9))
    if kind == "conv":
        return f"conv {number} {draw(st.integers(1, 5))} {draw(st.sampled_from(['same', 'valid']))} stride {draw(st.integers(1, 3))}"
    if kind == "residual":
        return f"residual {number} stride {draw(st.integers(1, 2))}"
    if kind in ("max", "avg"):
        return f"{kind} {draw(st.integers(1, 4))} stride {draw(st.integers(1, 3))}"
    if kind == "dropout":
        return f"dropout {draw(st.sampled_from([0.0, 0.3]))}"
    return {"dense": f"dense {number}", "resize": f"resize {number + 3}", "bend": draw(st.sampled_from(BENDS))}.get(kind, kind)


def stacks():
    return st.lists(layers(), max_size=7).map(" | ".join)


def measured(model, shape):
    """Output shape of every child, parameters, FLOPs and kept values, as torch counts them for one example."""
    shapes, kept = [], [0]
    model.eval()

    def count(_module, _inputs, output):
        kept[0] += output.numel()

    leaves = [each for each in model.modules() if not list(each.children()) and not isinstance(each, torch.nn.Identity)]
    hooks = [each.register_forward_hook(count) for each in leaves]
    hooks += [each.register_forward_hook(lambda _m, _i, output: shapes.append(tuple(output.shape[1:]))) for each in model]
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, *shape))
    for hook in hooks:
        hook.remove()
    return shapes, sum(each.numel() for each in model.parameters()), counter.get_total_flops(), kept[0]


@quick
@given(stacks(), st.sampled_from(SHAPES), st.integers(1, 5))
def test_shapes_parameters_flops_and_memory_are_those_of_the_module(text, shape, outputs):
    found = stack.describe(text, shape, outputs)
    if found.problem:
        with pytest.raises(UserError) as refusal:
            build(text, shape, outputs)
        assert str(refusal.value) == found.problem
        return
    shapes, parameters, flops, kept = measured(build(text, shape, outputs), shape)
    assert shapes == [row.after for row in found.rows]
    assert (parameters, flops, kept) == (found.parameters, found.flops, found.kept_bytes // 4)


@quick
@given(stacks(), st.sampled_from(SHAPES))
def test_what_is_called_impossible_is_named_with_its_number_and_what_came_before_it_stands(text, shape):
    found = stack.describe(text, shape, 3)
    if not found.problem:
        return
    count = len(stack.parse(text))
    assert found.problem.endswith((".", "?")) and len(found.rows) == found.at - 1
    expected = "The output layer" if found.at == count + 1 else f"Layer {found.at}, {stack.parse(text)[found.at - 1].title},"
    assert found.problem.startswith(expected)


@quick
@given(stacks())
def test_a_stack_reads_back_from_the_text_it_is_written_as(text):
    parsed = stack.parse(text)
    again = stack.parse(stack.write(parsed))
    assert stack.write(again) == stack.write(parsed)
    for shape in SHAPES:
        assert stack.describe(stack.write(parsed), shape, 3).parameters == stack.describe(text, shape, 3).parameters


@pytest.mark.parametrize(("text", "shape", "words"), [
    ("conv 16 5 valid | max 2 | max 3", (1, 8, 8), "Layer 3, max pooling 3×3, cannot place its 3×3 window on images of 2×2"),
    ("dense 10", (1, 8, 8), "Layer 1, dense 10, needs a list of numbers, but it is given images of 1 × 8 × 8. Put flatten"),
    ("relu | conv 8", (13,), "Layer 2, convolution 3×3, needs an image, but it is given a list of 13 numbers"),
    ("conv 4", (1, 8, 8), "The output layer needs a list of numbers"),
    ("conv 4 4", (1, 8, 8), "Layer 1, convolution 4×4, has a window of even size 4"),
    ("residual 8 stride 2", (13,), "Layer 1, residual block 8, has a stride"),
    ("timm resnet18 | relu", (3, 32, 32), "Layer 1, resnet18 from timm, brings its own output layer"),
    ("flatten | dense 4096 | dense 4096 | dense 4096", (3, 64, 64), "This network would learn 83,910,659 numbers; at most 20,000,000"),
    ("dense lots", (13,), "Layer 1, dense layer, needs a whole number for its number of units, got 'lots'."),
    ("dense 0", (13,), "Layer 1, dense layer, takes a number of units between 1 and 4096, got 0."),
    ("relu | conv 3 3 3 3", (1, 8, 8), "Layer 2, convolution, does not understand '3'."),
    ("warp 9", (13,), "Layer 1, 'warp', is no layer this builder knows. It knows dense, conv"),
    ("output 4", (13,), "Layer 1, 'output', is no layer"),
])  # fmt: skip
def test_impossible_stacks_are_explained(text, shape, words):
    assert stack.describe(text, shape, 3).problem.startswith(words)


def test_endless_texts_and_stacks_are_refused():
    assert f"at most {STACK_CHARACTERS:,} characters" in stack.describe("relu|" * STACK_CHARACTERS, (3,), 2).problem
    assert f"at most {STACK_LAYERS} layers" in stack.describe("relu|" * (STACK_LAYERS + 1), (3,), 2).problem


def test_a_batch_that_does_not_fit_is_refused_with_the_largest_that_does():
    with pytest.raises(UserError) as refusal:
        stack.check("conv 256 | relu | global", (3, 64, 64), 10, 2048)
    assert refusal.value.field == "batch_size" and "Use batches of at most" in str(refusal.value)


@pytest.mark.parametrize("preset", [each for each in STACKS.values() if each.key != "timm"], ids=lambda each: each.key)
def test_every_preset_builds_for_the_data_it_fits(preset):
    for shape in ((1, 8, 8), (3, 32, 32)) if preset.fits != "table" else ():
        assert not stack.describe(preset.stack, shape, 10).problem
    if preset.fits != "image":
        assert not stack.describe(preset.stack, (13,), 3).problem


def test_a_value_sees_as_much_of_the_image_as_its_gradient_says():
    text = "conv 2 5 valid | max 2 | conv 3 3 valid stride 2"
    found = stack.describe(text + " | flatten", (1, 30, 30), 2)
    model = build(text + " | flatten", (1, 30, 30), 2)
    for place in range(3):
        inputs = torch.rand(1, 1, 30, 30, requires_grad=True)
        result = model[: place + 1](inputs)
        middle = result.shape[2] // 2
        result[0, 0, middle, middle].backward()
        touched = (inputs.grad[0, 0] != 0).nonzero()
        reach = stack.receptive_fields(found)[place]
        assert int((touched.amax(0) - touched.amin(0)).max()) + 1 <= reach
    assert stack.receptive_fields(found) == [5, 6, 10, 0, 0]


def test_every_kind_says_what_it_is_for():
    for key, card in KINDS.items():
        assert card.note.endswith(".") and card.title and card.key == key
