"""How fast gridworlds are learnt and planned, and what watching costs. Prints a table; never fails.

Run: python tests/benchmarks/bench_gridworld.py
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import gymnasium
import numpy as np

from playground.core import packets
from playground.core.race import race
from playground.experiments.gridworld import ALGORITHMS, PLANNERS, Gridworld, _reference, reference
from playground.experiments.gridworld_words import RACES


def seconds(action, least=0.4):
    """Mean seconds of one call."""
    action()
    started, calls = time.perf_counter(), 0
    while time.perf_counter() - started < least:
        action()
        calls += 1
    return (time.perf_counter() - started) / calls


def learners():
    print("learner on CliffWalking          moves/s   episodes/s   metrics ms   view ms   view KiB")
    for algorithm in ALGORITHMS:
        if algorithm in PLANNERS:
            continue
        trainer = Gridworld(algorithm=algorithm, episodes=20_000).trainer()
        trainer.advance(50)
        moves, started = trainer.moves, time.perf_counter()
        trainer.advance(300)
        spent = time.perf_counter() - started
        view = seconds(lambda trainer=trainer: packets.encode("view", trainer.view()))
        print(f"{algorithm:28s} {(trainer.moves - moves) / spent:11,.0f} {300 / spent:12,.0f} {seconds(trainer.metrics) * 1e3:12.2f} {view * 1e3:9.2f} "
              f"{len(packets.encode('view', trainer.view())) / 1024:10.1f}")  # fmt: skip


def gymnasium_alone():
    """The same Q-learning update around gymnasium's own environment."""
    env = gymnasium.make("CliffWalking-v1").unwrapped
    q, dice, moves, started = np.zeros((48, 4)), np.random.default_rng(0), 0, time.perf_counter()
    while time.perf_counter() - started < 1.5:
        state, _ = env.reset()
        for _ in range(500):
            action = int(dice.integers(4)) if dice.random() < 0.1 else int(q[state].argmax())
            after, reward, ended, _, _ = env.step(action)
            q[state, action] += 0.5 * (reward + (0 if ended else q[after].max()) - q[state, action])
            state, moves = after, moves + 1
            if ended:
                break
    print(f"{'q_learning, gymnasium + NumPy':28s} {moves / 1.5:11,.0f}")


def planners():
    print("\nplanner                                  sweeps/s   sweeps to 1e-10   error then   exact solution ms")
    for world in ("frozen_8", "taxi"):
        for settings in ({"algorithm": "value_iteration"}, {"algorithm": "value_iteration", "in_place": True}, {"algorithm": "policy_iteration"}):
            experiment = Gridworld(world=world, slippery=True, sweeps=100_000, **settings)
            _reference.cache_clear()
            started = time.perf_counter()
            reference(experiment)
            solved = time.perf_counter() - started
            trainer, started = experiment.trainer(), time.perf_counter()
            while not trainer.finished:
                trainer.advance(10)
            spent = time.perf_counter() - started
            name = f"{world} {' '.join(map(str, settings.values()))}"
            print(f"{name:38s} {trainer.step_count / spent:10,.0f} {trainer.step_count:17,d} {trainer.metrics()['value_loss']:12.1e} {solved * 1e3:19.1f}")


def figure_6_4():
    started = time.perf_counter()
    trainer = race([Gridworld(**{**member, "race_seeds": 50}) for member in RACES[0][3]]).trainer()
    trainer.advance(500)
    found = trainer.metrics()
    print(f"\nfigure 6.4, 50 agents each: SARSA {found['late_return/0']:.1f}, Q-learning {found['late_return/1']:.1f} over episodes 401–500; {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    learners()
    gymnasium_alone()
    planners()
    figure_6_4()
