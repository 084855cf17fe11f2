"""Agents that learn action values in a table, episode by episode. Plain Python, so that exported scripts hold these very functions.

`rules` has learning_rate α, rate_decay ω, discount γ, epsilon ε, trace_decay λ, steps_ahead n, planning k and longest (steps).

Source:
    Sutton and Barto 2018, "Reinforcement Learning", chapters 5 to 8 and 12; van Hasselt 2010 (double Q-learning).
"""

import random


class Agent:
    """Action values `q[state][action]`, how often each was tried, a model of the world as met so far, and the dice."""

    def __init__(self, table, starts, seed, initial=0.0):  # type: ignore[no-untyped-def]
        self.table, self.starts = table, starts
        self.dice = random.Random(seed)
        self.q = [[initial] * len(row) for row in table]
        self.twins = ([list(row) for row in self.q], [list(row) for row in self.q])  # the two tables of double Q-learning
        self.visits = [[0] * len(row) for row in table]
        self.met = [[[0] * len(outcomes) for outcomes in row] for row in table]  # how often each outcome has come
        self.seen = []  # (state, action) in the order in which they were first tried
        self.log = None  # a list here records every backup
        self.path = []

    def act(self, state, epsilon):  # type: ignore[no-untyped-def]
        """ε-greedy; ties are broken by the dice."""
        values = self.q[state]
        if epsilon and self.dice.random() < epsilon:
            return int(self.dice.random() * len(values))
        best = max(values)
        if values.count(best) == 1:
            return values.index(best)
        ties = [action for action, value in enumerate(values) if value == best]
        return ties[int(self.dice.random() * len(ties))] if ties else 0

    def move(self, state, action):  # type: ignore[no-untyped-def]
        """Try an action: (s', reward, ended)."""
        outcomes, k = self.table[state][action], 0
        if len(outcomes) > 1:
            left = self.dice.random() - outcomes[0][0]
            while left >= 0 and k < len(outcomes) - 1:
                k += 1
                left -= outcomes[k][0]
        if not self.visits[state][action]:
            self.seen.append((state, action))
        self.visits[state][action] += 1
        self.met[state][action][k] += 1
        self.path.append(outcomes[k][1])
        return outcomes[k][1:]

    def rate(self, state, action, rules):  # type: ignore[no-untyped-def]
        """α, or α / (times tried)^ω."""
        return rules.learning_rate / max(1, self.visits[state][action]) ** rules.rate_decay if rules.rate_decay else rules.learning_rate

    def learn(self, state, action, rate, reward, factor, bootstrap, after, kind="real"):  # type: ignore[no-untyped-def]
        """q ← q + rate · (reward + factor · bootstrap − q)."""
        row = self.q[state]
        old = row[action]
        row[action] = old + rate * (reward + factor * bootstrap - old)
        if self.log is not None:
            self.log.append((kind, state, action, after, rate, reward, factor, bootstrap, old, row[action]))

    def begin(self):  # type: ignore[no-untyped-def]
        starts = self.starts
        state = starts[0] if len(starts) == 1 else starts[int(self.dice.random() * len(starts))]
        self.path = [state]
        return state


def q_learning(agent, rules):  # type: ignore[no-untyped-def]
    """Learns about the greedy policy while it explores. S&B section 6.5."""
    state, rewards = agent.begin(), []
    for _ in range(rules.longest):
        action = agent.act(state, rules.epsilon)
        after, reward, ended = agent.move(state, action)
        rewards.append(reward)
        agent.learn(state, action, agent.rate(state, action, rules), reward, 0.0 if ended else rules.discount, max(agent.q[after]), after)
        state = after
        if ended:
            break
    return rewards


def sarsa(agent, rules):  # type: ignore[no-untyped-def]
    """Learns about the policy that it follows, exploration included. S&B section 6.4."""
    state, rewards = agent.begin(), []
    action = agent.act(state, rules.epsilon)
    for _ in range(rules.longest):
        after, reward, ended = agent.move(state, action)
        following = agent.act(after, rules.epsilon)
        rewards.append(reward)
        agent.learn(state, action, agent.rate(state, action, rules), reward, 0.0 if ended else rules.discount, agent.q[after][following], after)
        state, action = after, following
        if ended:
            break
    return rewards


def expected_sarsa(agent, rules):  # type: ignore[no-untyped-def]
    """As SARSA, with the mean over what it might do next in place of what it does. S&B section 6.6."""
    state, rewards = agent.begin(), []
    for _ in range(rules.longest):
        action = agent.act(state, rules.epsilon)
        after, reward, ended = agent.move(state, action)
        rewards.append(reward)
        values = agent.q[after]
        mean = (1 - rules.epsilon) * max(values) + rules.epsilon * sum(values) / len(values)
        agent.learn(state, action, agent.rate(state, action, rules), reward, 0.0 if ended else rules.discount, mean, after)
        state = after
        if ended:
            break
    return rewards


def double_q(agent, rules):  # type: ignore[no-untyped-def]
    """Two tables: one names the best action, the other says its value. `q` is their mean. S&B section 6.7."""
    state, rewards = agent.begin(), []
    for _ in range(rules.longest):
        action = agent.act(state, rules.epsilon)
        after, reward, ended = agent.move(state, action)
        rewards.append(reward)
        one, other = agent.twins if agent.dice.random() < 0.5 else agent.twins[::-1]
        best = one[after].index(max(one[after])) if max(one[after]) in one[after] else 0
        rate, factor = agent.rate(state, action, rules), 0.0 if ended else rules.discount
        mean, agent.q[state][action] = agent.q[state][action], one[state][action]
        agent.learn(state, action, rate, reward, factor, other[after][best], after)
        one[state][action] = agent.q[state][action]
        agent.q[state][action] = (one[state][action] + other[state][action]) / 2
        if agent.log is not None:
            agent.log[-1] += (mean, agent.q[state][action])  # what is seen is the mean of both tables
        state = after
        if ended:
            break
    return rewards


def monte_carlo(agent, rules):  # type: ignore[no-untyped-def]
    """Waits for the end, then moves each first-met pair towards what followed. S&B section 5.4."""
    state, steps = agent.begin(), []
    for _ in range(rules.longest):
        action = agent.act(state, rules.epsilon)
        after, reward, ended = agent.move(state, action)
        steps.append((state, action, reward, after))
        state = after
        if ended:
            break
    first, followed = {}, 0.0
    for place, (state, action, _, _) in enumerate(steps):
        first.setdefault((state, action), place)
    for place in range(len(steps) - 1, -1, -1):
        state, action, reward, after = steps[place]
        followed = reward + rules.discount * followed
        if first[state, action] == place:
            agent.learn(state, action, agent.rate(state, action, rules), followed, 0.0, 0.0, after)
    return [step[2] for step in steps]


def n_step_sarsa(agent, rules):  # type: ignore[no-untyped-def]
    """Adds up n rewards before it trusts its own table. S&B section 7.2."""
    state, rewards = agent.begin(), []
    action, n = agent.act(state, rules.epsilon), rules.steps_ahead
    pairs, ended = [(state, action)], False
    powers = [rules.discount**k for k in range(n + 1)]
    for step in range(rules.longest + n):
        if step < rules.longest and not ended:
            after, reward, ended = agent.move(state, action)
            rewards.append(reward)
            state, action = after, agent.act(after, rules.epsilon)
            pairs.append((state, action))
        place = step - n + 1
        if place >= len(rewards):
            break
        if place < 0:
            continue
        stop = min(place + n, len(rewards))
        total = sum(powers[k - place] * rewards[k] for k in range(place, stop))
        last = 0.0 if ended and stop == len(rewards) else powers[stop - place]
        (old_state, old_action), (end_state, end_action) = pairs[place], pairs[stop]
        agent.learn(old_state, old_action, agent.rate(old_state, old_action, rules), total, last, agent.q[end_state][end_action], end_state)
    return rewards


def sarsa_lambda(agent, rules):  # type: ignore[no-untyped-def]
    """Every pair met lately takes a share of each surprise; the share fades by γλ a step (replacing traces). S&B section 12.7."""
    state, rewards = agent.begin(), []
    action, traces = agent.act(state, rules.epsilon), {}
    fade = rules.discount * rules.trace_decay
    for _ in range(rules.longest):
        after, reward, ended = agent.move(state, action)
        following = agent.act(after, rules.epsilon)
        rewards.append(reward)
        factor, bootstrap = 0.0 if ended else rules.discount, agent.q[after][following]
        surprise = reward + factor * bootstrap - agent.q[state][action]
        traces = {pair: fade * share for pair, share in traces.items() if fade * share > 1e-3}
        traces.pop((state, action), None)
        for (old_state, old_action), share in traces.items():
            old = agent.q[old_state][old_action]
            agent.learn(old_state, old_action, agent.rate(old_state, old_action, rules) * share, surprise + old, 0.0, 0.0, after, "trace")
        traces[state, action] = 1.0
        agent.learn(state, action, agent.rate(state, action, rules), reward, factor, bootstrap, after)
        state, action = after, following
        if ended:
            break
    return rewards


def dyna_q(agent, rules):  # type: ignore[no-untyped-def]
    """Q-learning that also replays: after each step k more backups from what it remembers of the world. S&B section 8.2."""
    state, rewards = agent.begin(), []
    for _ in range(rules.longest):
        action = agent.act(state, rules.epsilon)
        after, reward, ended = agent.move(state, action)
        rewards.append(reward)
        agent.learn(state, action, agent.rate(state, action, rules), reward, 0.0 if ended else rules.discount, max(agent.q[after]), after)
        for _ in range(rules.planning):
            old_state, old_action = agent.seen[int(agent.dice.random() * len(agent.seen))]
            counts, k = agent.met[old_state][old_action], 0
            left = agent.dice.random() * sum(counts) - counts[0]
            while left >= 0 and k < len(counts) - 1:
                k += 1
                left -= counts[k]
            _, then, gain, over = agent.table[old_state][old_action][k]
            agent.learn(old_state, old_action, agent.rate(old_state, old_action, rules), gain, 0.0 if over else rules.discount, max(agent.q[then]), then, "planned")
        state = after
        if ended:
            break
    return rewards


LEARNERS = {"q_learning": q_learning, "sarsa": sarsa, "expected_sarsa": expected_sarsa, "double_q": double_q, "monte_carlo": monte_carlo,
            "n_step_sarsa": n_step_sarsa, "sarsa_lambda": sarsa_lambda, "dyna_q": dyna_q}  # fmt: skip
