"""The batched optimizer rules, each against its torch.optim namesake, several networks at once."""

import pytest
import torch

from playground.optimizers.batched import RULES
from playground.optimizers.lion import Lion
from playground.optimizers.table import OPTIMIZERS

UPDATES, NETWORKS, PARAMETERS = 50, 3, 6
TOLERANCE = {"nadam": 1e-6}  # torch keeps NAdam's product of momenta in float32
RATES, MOMENTA = [0.003, 0.05, 1.2], [0.5, 0.9, 0.99]


def gradients():
    """A fixed sequence with small, large, zero and sign-changing entries."""
    stream = torch.Generator().manual_seed(2)
    found = torch.randn(UPDATES, NETWORKS, PARAMETERS, generator=stream, dtype=torch.float64)
    found *= torch.logspace(-4, 2, PARAMETERS, dtype=torch.float64)
    found[:, :, 0] = 0
    return found


@pytest.mark.parametrize("key", RULES)
def test_a_rule_moves_every_network_as_torch_moves_it_alone(key):
    rule, given = RULES[key], gradients()
    flat = torch.linspace(-1, 1, NETWORKS * PARAMETERS, dtype=torch.float64).reshape(NETWORKS, PARAMETERS)
    alone = [torch.nn.Parameter(row.clone()) for row in flat]
    optimizers = []
    for parameter, rate, momentum in zip(alone, RATES, MOMENTA, strict=True):
        model = torch.nn.ParameterList([parameter])
        code = rule.code.format(learning_rate=rate, momentum=momentum)
        optimizers.append(eval(code, {"torch": torch, "model": model, "Lion": Lion}))
    rates, momenta = (torch.tensor(each, dtype=torch.float64).unsqueeze(1) for each in (RATES, MOMENTA))
    slots = {name: torch.zeros_like(flat) for name in rule.slots}
    for step, gradient in enumerate(given, 1):
        rule.update(flat, gradient.clone(), slots, rates, momenta, step)
        for parameter, optimizer, row in zip(alone, optimizers, gradient, strict=True):
            parameter.grad = row.clone()
            optimizer.step()
        torch.testing.assert_close(flat, torch.stack([each.detach() for each in alone]), rtol=TOLERANCE.get(key, 1e-9), atol=TOLERANCE.get(key, 1e-12))


@pytest.mark.parametrize("key", [key for key, rule in RULES.items() if not rule.uses_momentum])
def test_momentum_is_without_effect_where_a_rule_says_so(key):
    results = []
    for momentum in (0.1, 0.9):
        flat, slots = torch.ones(1, 3, dtype=torch.float64), {}
        slots = {name: torch.zeros_like(flat) for name in RULES[key].slots}
        for step in range(1, 5):
            RULES[key].update(flat, torch.tensor([[0.1, -2.0, 0.0]], dtype=torch.float64), slots, torch.tensor([[0.1]]), torch.tensor([[momentum]]), step)
        results.append(flat)
    assert torch.equal(*results)


def test_at_least_eight_optimizers_are_offered_under_the_names_of_the_table():
    assert len(RULES) >= 8
    for key, rule in RULES.items():
        assert key in OPTIMIZERS and rule.key == key
        name = rule.code.split("(")[0].removeprefix("torch.optim.")
        assert name == (OPTIMIZERS[key].torch_name or "Lion")
