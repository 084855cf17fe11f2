"""Every update of deep RL against its paper's formula, worked out by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from playground.data.environment_worlds import Moved
from playground.experiments.rl import DeepRL
from playground.experiments.rl_offpolicy import DeepQ, SoftActorCritic
from playground.experiments.rl_onpolicy import AdvantageActor, Reinforce
from playground.experiments.rl_updates import clipped_loss, discounted_returns, explained, generalised_advantages, policy_gradient_loss, q_targets, soft_targets
from playground.networks.policies import ActorCritic, QNetwork, SquashedGaussian

STREAM = np.random.default_rng(0)
FLAT = SimpleNamespace(inputs=3, outputs=2, continuous=False, limit=0.0, max_steps=50, scaling=lambda: ([0.0] * 3, [1.0] * 3))
MOTOR = SimpleNamespace(inputs=3, outputs=1, continuous=True, limit=2.0, max_steps=50, scaling=lambda: ([0.0] * 3, [1.0] * 3))


def settings(**values):
    return DeepRL(**{"hidden_sizes": (), "copies": 4, "rollout": 5, "decay": False, "gradient_clip": 100.0, "normalise": False, "reward_scale": 1.0, **values})


def moved(copies=4, over=None):
    ended = np.zeros(copies, bool) if over is None else over
    return Moved(STREAM.normal(size=copies), ended, np.zeros(copies, bool), STREAM.normal(size=(copies, 3)).astype(np.float32))


def played(learner, steps, over=None):
    """Let a learner act and observe; returns what it saw, did and got."""
    rows = []
    for step in range(steps):
        seen = STREAM.normal(size=(4, 3)).astype(np.float32)
        actions = learner.act(seen)
        answer = moved(over=over(step) if over else None)
        rows.append((seen, actions, answer))
        learner.observe(answer)
    return rows


def test_generalised_advantages_are_the_discounted_sum_of_td_errors_within_an_episode():
    rewards, values, following = STREAM.normal(size=(3, 9, 2))
    ended = STREAM.random((9, 2)) < 0.3
    discount, lam = 0.97, 0.9
    found = generalised_advantages(rewards, values, following, ended, discount, lam)
    for copy in range(2):
        for start in range(9):
            wanted, factor = 0.0, 1.0
            for step in range(start, 9):
                wanted += factor * (rewards[step, copy] + discount * following[step, copy] - values[step, copy])
                factor *= discount * lam
                if ended[step, copy]:
                    break
            assert found[start, copy] == pytest.approx(wanted, rel=1e-12)


def test_lambda_one_gives_the_return_less_the_value_and_zero_the_td_error():
    rewards, values = STREAM.normal(size=(2, 6, 1))
    following = np.concatenate([values[1:], [[0.7]]])
    ended = np.zeros((6, 1), bool)
    returns = discounted_returns(rewards[:, 0], 0.9, after=0.7)
    np.testing.assert_allclose(generalised_advantages(rewards, values, following, ended, 0.9, 1.0)[:, 0], returns - values[:, 0])
    np.testing.assert_allclose(generalised_advantages(rewards, values, following, ended, 0.9, 0.0), rewards + 0.9 * following - values)


def test_the_policy_gradient_of_a_softmax_is_the_action_taken_less_the_probabilities():
    logits = torch.randn(6, 3, dtype=torch.float64, requires_grad=True)
    actions, gains = torch.tensor([0, 1, 2, 0, 1, 2]), torch.randn(6, dtype=torch.float64)
    logs = logits.log_softmax(1).gather(1, actions.unsqueeze(1)).squeeze(1)
    policy_gradient_loss(logs, gains).backward()
    by_hand = -(torch.nn.functional.one_hot(actions, 3) - logits.detach().softmax(1)) * gains.unsqueeze(1) / 6
    torch.testing.assert_close(logits.grad, by_hand)


def test_the_clipped_loss_is_the_policy_gradient_at_first_and_flat_once_the_span_is_left():
    old = torch.randn(5, dtype=torch.float64)
    gains = torch.tensor([1.0, -2.0, 0.5, 3.0, -1.0], dtype=torch.float64)
    logs = old.clone().requires_grad_()
    clipped_loss(logs, old, gains, 0.2).backward()
    torch.testing.assert_close(logs.grad, -gains / 5)
    # ratios: too large with gain (flat), too small with loss (flat), too large with loss and too small with gain (pulled back), within
    ratios = torch.tensor([1.5, 0.5, 0.5, 0.5, 1.5], dtype=torch.float64)
    logs = (old + ratios.log()).requires_grad_()
    loss = clipped_loss(logs, old, gains, 0.2)
    wanted = -sum(min(r * g, min(max(r, 0.8), 1.2) * g) for r, g in zip(ratios.tolist(), gains.tolist(), strict=True)) / 5
    assert loss.item() == pytest.approx(wanted)
    loss.backward()
    assert logs.grad[0] == 0 and logs.grad[1] == 0
    torch.testing.assert_close(logs.grad[2:], (-gains * ratios / 5)[2:])


def test_q_targets_take_the_best_next_action_as_the_chooser_sees_it():
    rewards, discounts = torch.tensor([1.0, 2.0]), torch.tensor([0.9, 0.0])
    after, chooser = torch.tensor([[1.0, 5.0], [3.0, 4.0]]), torch.tensor([[7.0, 0.0], [0.0, 1.0]])
    assert q_targets(rewards, discounts, after, after).tolist() == pytest.approx([1 + 0.9 * 5, 2.0])
    assert q_targets(rewards, discounts, after, chooser).tolist() == pytest.approx([1 + 0.9 * 1, 2.0])


def test_soft_targets_believe_the_smaller_critic_and_pay_for_surprise():
    one = soft_targets(torch.tensor([1.0]), torch.tensor([0.5]), torch.tensor([4.0]), torch.tensor([3.0]), torch.tensor([-2.0]), 0.1)
    assert one.item() == pytest.approx(1 + 0.5 * (3 + 0.2))


def test_explained_variance():
    returns = np.array([1.0, 2.0, 4.0])
    assert explained(returns, returns) == 1 and explained(np.zeros(3), returns) == pytest.approx(0) and explained(returns, np.ones(3)) == 0


# Networks --------------------------------------------------------------------------------------------------------------------


def test_log_probabilities_and_entropies_are_those_of_torchs_distributions():
    stream, seen = torch.Generator().manual_seed(0), torch.randn(7, 3)
    flat = ActorCritic(3, 4, False, (8,), "tanh", [0.0] * 3, [1.0] * 3, stream)
    actions = flat.sample(seen, stream)
    other = torch.distributions.Categorical(logits=flat.policy(seen))
    logs, entropies = flat.judge(seen, actions)
    torch.testing.assert_close(logs, other.log_prob(actions))
    torch.testing.assert_close(entropies, other.entropy())
    motor = ActorCritic(3, 2, True, (8,), "relu", [0.0] * 3, [1.0] * 3, stream)
    motor.log_std.data = torch.tensor([-0.3, 0.4])
    actions = motor.sample(seen, stream)
    other = torch.distributions.Normal(motor.policy(seen), motor.log_std.exp())
    logs, entropies = motor.judge(seen, actions)
    torch.testing.assert_close(logs, other.log_prob(actions).sum(1))
    torch.testing.assert_close(entropies, other.entropy().sum(1))


def test_a_squashed_gaussians_log_probability_is_torchs():
    from torch.distributions import Normal, TransformedDistribution
    from torch.distributions.transforms import TanhTransform

    actor = SquashedGaussian(3, 1, (8,), "relu", [0.0] * 3, [1.0] * 3, torch.Generator().manual_seed(1))
    seen, noise = torch.randn(9, 3), torch.randn(9, 1)
    actions, logs = actor.draw(seen, noise)
    mean, log_std = actor.parts(seen)
    other = TransformedDistribution(Normal(mean, log_std.exp()), TanhTransform(cache_size=1))
    torch.testing.assert_close(logs, other.log_prob(actions).sum(1), rtol=1e-4, atol=1e-4)


def test_dueling_advantages_sum_to_nothing_and_observations_are_scaled():
    network = QNetwork(3, 4, (8,), "relu", True, [1.0, 2.0, 3.0], [2.0, 2.0, 2.0], torch.Generator().manual_seed(0))
    seen = torch.randn(5, 3)
    value = network.body((seen - torch.tensor([1.0, 2.0, 3.0])) / 2)[:, 0]
    torch.testing.assert_close(network(seen).mean(1), value)


# Learners, whole: gradients of linear networks by hand -------------------------------------------------------------------------


def linear(weight, bias, seen):
    return seen @ weight.T + bias


def test_a2cs_update_is_the_papers_gradient():
    learner = AdvantageActor(settings(algorithm="a2c", gae_lambda=1.0, discount=0.9, entropy=0.02, value_weight=0.25), FLAT, 3)
    weights = {name: each.detach().clone().double() for name, each in learner.network.named_parameters()}
    rows = played(learner, 5, over=lambda step: np.array([step == 2, False, False, False]))
    seen = np.stack([each[0] for each in rows]).astype(np.float64)
    actions, rewards = np.stack([each[1] for each in rows]), np.stack([each[2].rewards for each in rows])
    ended = np.stack([each[2].ended for each in rows])
    value, policy = (lambda x: x @ weights["value.0.weight"][0].numpy()), weights["policy.0.weight"].numpy()
    returns, after = np.zeros((5, 4)), value(rows[-1][2].arrived.astype(np.float64))
    for step in reversed(range(5)):
        returns[step] = after = rewards[step] + 0.9 * ~ended[step] * after
    gains = returns - value(seen)
    logits = seen @ policy.T
    shares = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    logs = np.log(shares)
    entropy = -(shares * logs).sum(-1, keepdims=True)
    slope = -(np.eye(2)[actions] - shares) * gains[..., None] + 0.02 * shares * (logs + entropy)  # of each logit, before the mean
    np.testing.assert_allclose(learner.network.policy[0].weight.grad.numpy(), np.einsum("tna,tni->ai", slope, seen) / 20, rtol=2e-4, atol=1e-6)
    np.testing.assert_allclose(learner.network.value[0].weight.grad.numpy()[0], 0.25 * np.einsum("tn,tni->i", -2 * gains, seen) / 20, rtol=2e-4, atol=1e-6)
    assert learner.updates == 1


def test_ppos_first_update_is_a2cs_and_the_next_ones_are_held_back():
    first = AdvantageActor(settings(algorithm="a2c", gae_lambda=0.8), FLAT, 3)
    second = AdvantageActor(settings(algorithm="ppo", gae_lambda=0.8, passes=1, batch_size=64), FLAT, 3)
    second.network.load_state_dict(first.network.state_dict())
    for _ in range(5):
        seen, answer = STREAM.normal(size=(4, 3)).astype(np.float32), moved()
        first.act(seen)
        second.act(seen)
        second.taken[second.filled] = first.taken[first.filled]
        first.observe(answer)
        second.observe(answer)
    for one, other in zip(first.network.parameters(), second.network.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-4, atol=1e-7)
    many = AdvantageActor(settings(algorithm="ppo", passes=8, batch_size=10, learning_rate=0.05), FLAT, 3)
    played(many, 5)
    assert many.updates == 16 and 0 < many.measured["kl"] < 5 and 0 <= many.measured["clipped"] <= 1


def test_time_running_out_is_bootstrapped_and_an_end_is_not():
    found = []
    for terminated in (True, False):
        learner = AdvantageActor(settings(algorithm="a2c", rollout=1, copies=1, gae_lambda=1.0, discount=0.5, value_weight=1.0), FLAT, 3)
        learner.network.value[0].weight.data = torch.tensor([[1.0, 0.0, 0.0]])
        learner.act(np.zeros((1, 3), np.float32))
        learner.act(np.zeros((1, 3), np.float32))
        flag = np.array([terminated])
        learner.observe(Moved(np.array([1.0]), flag, ~flag, np.array([[4.0, 0.0, 0.0]], np.float32)))
        found.append(learner.network.value[0].bias.grad.item())
    assert found == pytest.approx([2 * (0 - 1.0), 2 * (0 - (1 + 0.5 * 4.0))])


@pytest.mark.parametrize("baseline", [True, False])
def test_reinforce_credits_every_action_with_the_return_that_followed(baseline):
    learner = Reinforce(settings(algorithm="reinforce", rollout=2, discount=0.8, baseline=baseline, value_weight=1.0), FLAT, 3)
    policy, critic = learner.network.policy[0].weight.detach().double().numpy(), learner.network.value[0].weight.detach().double().numpy()[0]
    rows = played(learner, 3, over=lambda step: np.full(4, step == 2))
    assert learner.updates == 1
    seen, actions = np.stack([each[0] for each in rows]).astype(np.float64), np.stack([each[1] for each in rows])
    rewards = np.stack([each[2].rewards for each in rows])
    returns = np.stack([rewards[0] + 0.8 * rewards[1] + 0.64 * rewards[2], rewards[1] + 0.8 * rewards[2], rewards[2]])
    gains = returns - seen @ critic if baseline else returns
    logits = seen @ policy.T
    shares = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    wanted = np.einsum("tna,tni->ai", -(np.eye(2)[actions] - shares) * gains[..., None], seen) / 12
    np.testing.assert_allclose(learner.network.policy[0].weight.grad.numpy(), wanted, rtol=2e-4, atol=1e-6)
    slope = learner.network.value[0].weight.grad
    assert bool((slope != 0).any()) if baseline else slope is None or not bool(slope.any())


@pytest.mark.parametrize("double", [True, False])
def test_dqns_update_is_the_papers_gradient(double):
    learner = DeepQ(settings(algorithm="dqn", double=double, memory=64, learning_starts=0, train_every=4, gradient_steps=1, batch_size=16, discount=0.9,
                             target_every=50_000), FLAT, 3)  # fmt: skip
    learner.target.body[0].weight.data += 0.5
    played(learner, 1)
    batch = {}
    draw = learner.replay.draw
    learner.replay.draw = lambda *arguments: batch.setdefault("rows", draw(*arguments))
    online, goal = (each.body[0].weight.detach().double().numpy().copy() for each in (learner.network, learner.target))
    online_bias = learner.network.body[0].bias.detach().double().numpy().copy()
    played(learner, 1)
    rows, memory = batch["rows"][0], learner.replay
    seen, arrived = memory.seen[rows].astype(np.float64), memory.arrived[rows].astype(np.float64)
    after = arrived @ goal.T
    best = (arrived @ online.T + online_bias if double else after).argmax(1)
    target = memory.rewards[rows] + memory.discounts[rows] * after[np.arange(16), best]
    error = (seen @ online.T + online_bias)[np.arange(16), memory.taken[rows]] - target
    slope = np.zeros((16, 2))
    slope[np.arange(16), memory.taken[rows]] = np.clip(error, -1, 1) / 16
    np.testing.assert_allclose(learner.network.body[0].weight.grad.numpy(), slope.T @ seen, rtol=2e-3, atol=1e-5)


def test_dqns_share_of_random_actions_falls_as_set_and_lasting_pushes_keep_the_share():
    for keep in (0.0, 0.9):
        learner = DeepQ(settings(algorithm="dqn", copies=64, memory=100, epsilon=0.2, exploration=0.5, noise_memory=keep, learning_starts=50_000), FLAT, 0)
        assert learner.epsilon() == 1.0
        learner.progress = 0.25
        assert learner.epsilon() == pytest.approx(0.6)
        learner.progress = 1.0
        random, again = [], []
        for _ in range(400):
            before = learner.at_random.copy()
            learner.act(np.zeros((64, 3), np.float32))
            random.append(learner.exploring.mean())
            again.append((learner.at_random == before).mean())
        assert np.mean(random[50:]) == pytest.approx(0.2, abs=0.02)
    assert np.mean(again) > 0.55  # of two actions, half would be the same by chance


def test_sacs_critic_goal_actor_and_price_move_as_in_the_paper():
    learner = SoftActorCritic(settings(algorithm="sac", environment="Pendulum-v1", hidden_sizes=(8,), memory=64, learning_starts=0, train_every=4, gradient_steps=1,
                                       batch_size=32, target_rate=0.1, learning_rate=0.01), MOTOR, 3)  # fmt: skip
    before, price = [each.clone() for each in learner.target.parameters()], learner.alpha()
    played(learner, 2)
    assert learner.updates >= 1
    for old, slow, fast in zip(before, learner.target.parameters(), learner.critic.parameters(), strict=True):
        if learner.updates == 1:
            torch.testing.assert_close(slow, 0.9 * old + 0.1 * fast)
    # A fresh policy is more random than an entropy of -1 asks for: its price falls.
    assert learner.measured["entropy"] > -1 and learner.alpha() < price
    fixed = SoftActorCritic(settings(algorithm="sac", environment="Pendulum-v1", temperature=0.3), MOTOR, 3)
    assert fixed.alpha() == 0.3
    forces = learner.act(np.zeros((4, 3), np.float32))
    assert forces.shape == (4, 1) and np.abs(forces).max() <= MOTOR.limit


def test_noise_that_lasts_is_as_strong_and_alike_from_step_to_step():
    learner = SoftActorCritic(settings(algorithm="sac", environment="Pendulum-v1", copies=64, noise_memory=0.9, learning_starts=50_000, memory=100), MOTOR, 0)
    rows = []
    for _ in range(300):
        learner.act(np.zeros((64, 3), np.float32))
        rows.append(learner.noise[:, 0].copy())
    rows = np.stack(rows)[60:]
    assert rows.std() == pytest.approx(1, abs=0.1) and np.corrcoef(rows[1:].ravel(), rows[:-1].ravel())[0, 1] == pytest.approx(0.9, abs=0.03)


def test_a_loss_that_is_no_number_ends_learning():
    learner = AdvantageActor(settings(algorithm="a2c"), FLAT, 3)
    learner.network.policy[0].weight.data[0, 0] = math.nan
    learner.sampled = None
    learner.seen[:], learner.rewards[:] = 1.0, 1.0
    learner.learn(np.ones((4, 3), np.float32), np.zeros(4, bool))
    assert learner.broken and learner.updates == 0
