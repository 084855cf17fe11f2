"""The recurrent cells written out, against torch.nn and autograd."""

import pytest
import torch

from playground.networks.recurrent import RecurrentNet, shapes
from playground.networks.recurrent_cells import CELLS

NN = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
cells = pytest.mark.parametrize("cell", NN)


def pair(cell, start="orthogonal"):
    """The same weights in our network and in torch.nn."""
    net = RecurrentNet(cell, 3, 6, 2)
    net.draw(torch.Generator().manual_seed(0), start, 1.2, 0.7)
    module = torch.nn.ModuleDict({"recurrent": NN[cell](3, 6), "readout": torch.nn.Linear(6, 2)}).double()
    module.load_state_dict(net.parts)
    return net, module


@cells
def test_outputs_and_gates_are_those_of_torch_nn(cell):
    net, module = pair(cell)
    inputs = torch.randn(9, 4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        tape = net.forward(inputs)
        hidden, _ = module["recurrent"](inputs)
        assert torch.allclose(tape.outputs, module["readout"](hidden), rtol=0, atol=1e-12)
        assert torch.allclose(tape.memory.hidden[1:], hidden, rtol=0, atol=1e-12)
        assert tape.memory.gates.shape == (9, 4, 6 * len(CELLS[cell].blocks))
        gated = [i for i, name in enumerate(CELLS[cell].blocks) if name != "candidate"]
        assert all(tape.memory.gates[..., 6 * i : 6 * i + 6].min() >= 0 and tape.memory.gates[..., 6 * i : 6 * i + 6].max() <= 1 for i in gated)


@cells
def test_the_gradient_of_every_weight_is_that_of_autograd(cell):
    net, module = pair(cell, "uniform")
    stream = torch.Generator().manual_seed(2)
    inputs, steep = torch.randn(7, 5, 3, dtype=torch.float64, generator=stream), torch.randn(7, 5, 2, dtype=torch.float64, generator=stream)
    hidden, _ = module["recurrent"](inputs)
    (module["readout"](hidden) * steep).sum().backward()
    with torch.no_grad():
        net.backward(net.forward(inputs), steep)
    for name, weight in module.named_parameters():
        assert torch.allclose(net.slopes[name], weight.grad, rtol=0, atol=1e-12), name


@cells
def test_the_gradient_through_time_is_the_total_derivative_at_every_step(cell):
    """Step by step with torch.nn's cells, so that autograd has every h_t and c_t at hand."""
    net, module = pair(cell)
    inputs = torch.randn(6, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    states, state = [], None
    for t in range(6):
        hidden, state = module["recurrent"](inputs[t : t + 1], state)
        parts = list(state) if cell == "lstm" else [state]
        for each in parts:
            each.retain_grad()
        states.append(parts)
        state = tuple(parts) if cell == "lstm" else parts[0]
    module["readout"](states[-1][0][0]).sum().backward()
    steep = torch.zeros(6, 2, 2, dtype=torch.float64)
    steep[-1] = 1
    with torch.no_grad():
        flow, carried = net.backward(net.forward(inputs), steep, store=False)
    for t, parts in enumerate(states):
        assert torch.allclose(flow[t], parts[0].grad[0], rtol=0, atol=1e-12)
    if cell == "lstm":
        for t in range(5):  # of the last step torch keeps only what goes on through c, not through h of the same step
            assert torch.allclose(carried[t], states[t][1].grad[0] + own_way(net, inputs, flow, t), rtol=0, atol=1e-12)
    assert not net.gradient.any()


def own_way(net, inputs, flow, t):
    """What comes to c_t through h_t of the same step: ∂h/∂c = o (1 - tanh² c)."""
    with torch.no_grad():
        memory = net.forward(inputs).memory
        return flow[t] * memory.gates[t, :, 18:] * (1 - torch.tanh(memory.carried[t + 1]) ** 2)


@cells
def test_a_sequence_in_two_pieces_is_the_sequence(cell):
    net, _ = pair(cell)
    inputs = torch.randn(8, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    with torch.no_grad():
        whole, first = net.forward(inputs), net.forward(inputs[:5])
        memory = first.memory
        second = net.forward(inputs[5:], memory.hidden[-1], None if memory.carried is None else memory.carried[-1])
    assert torch.allclose(whole.outputs[5:], second.outputs, rtol=0, atol=1e-14)


def test_orthogonal_starts_keep_lengths_and_the_forget_bias_goes_where_it_belongs():
    net = RecurrentNet("lstm", 2, 5, 1)
    net.draw(torch.Generator().manual_seed(5), "orthogonal", 1.5, 3.0)
    for block in net.parts["recurrent.weight_hh_l0"].split(5):
        assert torch.allclose(block @ block.T, 2.25 * torch.eye(5, dtype=torch.float64), atol=1e-12)
    bias = net.parts["recurrent.bias_ih_l0"].view(4, 5).mean(1)
    assert bias[1] > 2.5 and abs(bias[[0, 2, 3]]).max() < 0.5
    assert sum(torch.Size(shape).numel() for shape in shapes("lstm", 2, 5, 1).values()) == net.flat.numel()


@cells
def test_the_two_parts_of_a_gates_sum_make_the_gate(cell):
    net, _ = pair(cell)
    with torch.no_grad():
        tape = net.forward(torch.randn(4, 3, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(6)))
        from_inputs, from_state = net.sums(tape, 1)
        first = tape.memory.gates[:, 1, :6]
        bend = torch.tanh if cell == "rnn" else torch.sigmoid
        assert torch.allclose(bend(from_inputs + from_state)[:, :6], first, atol=1e-12)
