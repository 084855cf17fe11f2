"""Exact dynamic programming on tables: lookahead, sweeps, values by linear solve, optimal policies by policy iteration. NumPy float64.

Source:
    Sutton and Barto 2018, "Reinforcement Learning", chapters 3 and 4; Puterman 1994, chapters 6 and 7.
"""

import numpy as np


class Model:
    """A table as arrays, outcomes padded with probability 0.

    Attributes:
        next: (S, A, K) int64, the states that may follow.
        probability, reward: (S, A, K).
        goes_on: (S, A, K), the probability where the episode goes on, 0 where it ends.
        gain: (S, A), expected reward.
    """

    def __init__(self, table):  # type: ignore[no-untyped-def]
        states, actions = len(table), len(table[0])
        most = max(len(outcomes) for row in table for outcomes in row)
        self.next = np.zeros((states, actions, most), np.int64)
        self.probability, self.reward, self.goes_on = (np.zeros((states, actions, most)) for _ in range(3))
        for state, row in enumerate(table):
            for action, outcomes in enumerate(row):
                for k, (chance, after, reward, ended) in enumerate(outcomes):
                    self.next[state, action, k] = after
                    self.probability[state, action, k] = chance
                    self.reward[state, action, k] = reward
                    self.goes_on[state, action, k] = 0.0 if ended else chance
        self.gain = (self.probability * self.reward).sum(2)

    def lookahead(self, values, discount):  # type: ignore[no-untyped-def]
        """q(s, a) = Σ p (r + γ v(s')), (S, A)."""
        return self.gain + discount * (self.goes_on * values[self.next]).sum(2)

    def follow(self, policy):  # type: ignore[no-untyped-def]
        """Transition matrix (S, S), without what ends, and expected reward (S,) of a policy (S, A) of probabilities."""
        states = len(policy)
        matrix = np.zeros((states, states))
        weights = policy[:, :, None] * self.goes_on
        np.add.at(matrix, (np.broadcast_to(np.arange(states)[:, None, None], weights.shape), self.next), weights)
        return matrix, (policy * self.gain).sum(1)


def reachable(model, starts):  # type: ignore[no-untyped-def]
    """Which states can be met from `starts` by any actions, (S,) bool."""
    found = np.zeros(len(model.next), bool)
    found[list(starts)] = True
    while True:
        more = found.copy()
        more[model.next[found][model.goes_on[found] > 0]] = True
        if (more == found).all():
            return found
        found = more


def finds_end(model, matrix):  # type: ignore[no-untyped-def]
    """From which states the chain `matrix` (S, S) can come to an end, (S,) bool."""
    found = matrix.sum(1) < 1 - 1e-9
    while True:
        more = found | (matrix[:, found].sum(1) > 0)
        if (more == found).all():
            return found
        found = more


def policy_values(model, policy, discount, matters=None):  # type: ignore[no-untyped-def]
    """v of a policy (S, A), by solving (I - γ P) v = r.

    With γ = 1 the states from which the policy never comes to an end have the value 0 if they earn nothing for ever.

    Raises:
        ValueError: With γ = 1, when such a state earns or costs something and is one that `matters` (S,): its value is infinite.
    """
    matrix, gain = model.follow(policy)
    here = np.ones(len(gain), bool) if discount < 1 else finds_end(model, matrix)
    lost = ~here & (np.abs(gain) > 0)
    if (lost if matters is None else lost & matters).any():
        raise ValueError("infinite")
    values = np.zeros(len(gain))
    values[here] = np.linalg.solve(np.eye(here.sum()) - discount * matrix[np.ix_(here, here)], gain[here])
    return values


def optimal(model, discount, epsilon=0.0, matters=None, rounds=1000):  # type: ignore[no-untyped-def]
    """The best values v (S,) and q (S, A) and the choice (S,) that earns them, by policy iteration to the end.

    With `epsilon` it is the best among policies that explore so much.

    Some sweeps of value iteration choose the first policy; after that every policy is evaluated by linear solve.

    Raises:
        ValueError: With γ = 1, when values are infinite.
    """
    states, actions = model.gain.shape
    near, values = min(discount, 0.9999), np.zeros(states)
    for _ in range(3000):
        q = model.lookahead(values, near)
        fresh = (1 - epsilon) * q.max(1) + epsilon * q.mean(1)
        change, values = np.abs(fresh - values).max(), fresh
        if change < 1e-9:
            break
    choice = model.lookahead(values, near).argmax(1)
    for _ in range(rounds):
        policy = np.full((states, actions), epsilon / actions)
        policy[np.arange(states), choice] += 1 - epsilon
        values = policy_values(model, policy, discount, matters)
        q = model.lookahead(values, discount)
        best = q.max(1)
        better = best > q[np.arange(states), choice] + 1e-11 * (1 + np.abs(best))
        if not better.any():
            break
        choice = np.where(better, q.argmax(1), choice)
    return values, q, choice


def greedy(q):  # type: ignore[no-untyped-def]
    """The actions that are best by q (S, A) to within rounding, as probabilities (S, A)."""
    best = q.max(1, keepdims=True)
    ties = q >= best - 1e-9 * (1 + np.abs(best))
    return ties / np.maximum(ties.sum(1, keepdims=True), 1)


def expected_return(model, policy, starts, limit):  # type: ignore[no-untyped-def]
    """Mean undiscounted return of a policy (S, A) from `starts`, with episodes cut off after `limit` steps."""
    if len(policy) > 200:  # powers of a large matrix cost more than the steps
        return _walked(model, policy, starts, limit)
    matrix, gain = model.follow(policy)
    total, power, length = np.zeros(len(gain)), np.eye(len(gain)), 0  # Σ Mᵗ g over t < length, and M^length
    for bit in bin(limit)[2:]:
        total, power, length = total + power @ total, power @ power, 2 * length
        if bit == "1":
            total, power, length = gain + matrix @ total, matrix @ power, length + 1
    return float(total[list(starts)].mean())


def _walked(model, policy, starts, limit):  # type: ignore[no-untyped-def]
    """The same step by step, from where the agent may be."""
    chances = np.zeros(len(policy))
    chances[list(starts)] = 1 / len(starts)
    weights, gain, total = policy[:, :, None] * model.goes_on, (policy * model.gain).sum(1), 0.0
    for _ in range(limit):
        total += float(chances @ gain)
        chances = np.bincount(model.next.ravel(), (chances[:, None, None] * weights).ravel(), len(policy))
        if chances.sum() < 1e-12:
            break
    return total
