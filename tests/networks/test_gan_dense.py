"""The written-out networks of a GAN against autograd and torch.optim."""

import pytest
import torch

from playground.networks.gan_dense import BENDS, Dense
from playground.networks.gan_side import OPTIMIZERS, Side


def module(network):
    """The same network as a torch module."""
    layers = []
    for weight, bias in zip(network.weights, network.biases, strict=True):
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0]).double()
        linear.weight.data.copy_(weight)
        linear.bias.data.copy_(bias)
        layers += [linear, eval(network.bend.torch_module)]  # our own table
    return torch.nn.Sequential(*layers[:-1])


def made(key, sizes=(2, 7, 5, 1)):
    network = Dense(sizes, key)
    stream = torch.Generator().manual_seed(1)
    network.draw(stream)
    for bias in network.biases:
        bias.uniform_(-0.5, 0.5, generator=stream)
    return network, torch.randn(11, sizes[0], generator=stream, dtype=torch.float64)


def flat(gradients, like):
    return torch.cat([(torch.zeros_like(p) if g is None else g).reshape(-1) for g, p in zip(gradients, like, strict=True)])


@pytest.mark.parametrize("key", BENDS)
def test_outputs_and_both_gradients_are_autograds(key):
    network, x = made(key, (2, 6, 4, 2))
    twin, inputs = module(network), x.clone().requires_grad_()
    out = twin(inputs)
    found = torch.autograd.grad((out**2).sum(), [inputs, *twin.parameters()])
    tape = network.forward(x)
    into = network.backward(tape, 2 * tape.outputs)
    assert torch.allclose(tape.outputs, out) and torch.allclose(network.sketch(x).double(), out, atol=1e-4)
    assert torch.allclose(into, found[0]) and torch.allclose(network.gradient[0], flat(found[1:], list(twin.parameters())))


@pytest.mark.parametrize("key", BENDS)
def test_the_gradient_of_a_gradient_penalty_is_autograds(key):
    network, x = made(key)
    tape = network.forward(x)
    slopes = network.backward(tape, torch.ones_like(tape.outputs))
    norms = slopes.norm(dim=1, keepdim=True)
    network.add_slope_gradient(tape, slopes * (2 * (norms - 1) / norms / len(x)))
    twin, inputs = module(network), x.clone().requires_grad_()
    out = twin(inputs).sum()
    (along,) = torch.autograd.grad(out, inputs, create_graph=True)
    value = out + ((along.norm(dim=1) - 1) ** 2).mean()
    parameters = list(twin.parameters())
    assert torch.allclose(network.gradient[0], flat(torch.autograd.grad(value, parameters, allow_unused=True), parameters), atol=1e-12)


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_every_optimizer_moves_as_its_torch_namesake(key):
    side = Side((2, 5, 1), "tanh", key, torch.Generator().manual_seed(0))
    side.set(0.03, 0.8)
    model = module(side.network)
    optimizer = eval(OPTIMIZERS[key].code.format(learning_rate=0.03, momentum=0.8))  # our own table
    x = torch.randn(20, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    for _ in range(5):
        tape = side.network.forward(x)
        side.network.backward(tape, tape.outputs / 10)
        side.update()
        optimizer.zero_grad()
        (model(x) ** 2 / 20).sum().backward()
        optimizer.step()
    assert torch.allclose(side.network.flat[0], torch.cat([p.detach().reshape(-1) for p in model.parameters()]), atol=1e-10)
