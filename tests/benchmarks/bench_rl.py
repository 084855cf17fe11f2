"""How fast CartPole is learnt here, against stable-baselines3's PPO with rl-zoo's settings; prints tables, never fails.

Run: python tests/benchmarks/bench_rl.py [seeds] [python of an environment that has stable-baselines3]

Both take one thread and are judged alike: every 2,048 steps, 20 episodes without exploration; the clock stands still meanwhile. Seconds
are given by the clock on the wall and by the CPU's own, which a busy machine stretches less.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

JUDGED_EVERY, GOAL, BUDGET = 2_048, 475.0, 100_000

THEIRS = """
import json, sys, time, torch
torch.set_num_threads(1)
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy

seed, goal, every, budget = int(sys.argv[1]), *map(float, sys.argv[2:5])

class Judge(BaseCallback):
    def _on_training_start(self):
        self.wall = self.cpu = 0.0
        self.due, self.marks, self.solved, self.peer = every, (time.perf_counter(), time.process_time()), None, make_vec_env("CartPole-v1", 1, seed=seed + 1000)
    def pause(self):
        self.wall += time.perf_counter() - self.marks[0]
        self.cpu += time.process_time() - self.marks[1]
    def _on_step(self):
        if self.num_timesteps < self.due:
            return True
        self.due += every
        self.pause()
        mean, _ = evaluate_policy(self.model, self.peer, n_eval_episodes=20, deterministic=True, warn=False)
        self.marks = time.perf_counter(), time.process_time()
        if mean >= goal:
            self.solved = self.num_timesteps
            return False
        return True

model = PPO("MlpPolicy", make_vec_env("CartPole-v1", 8, seed=seed), n_steps=32, batch_size=256, gae_lambda=0.8, gamma=0.98, n_epochs=20, ent_coef=0.0,
            learning_rate=lambda left: 0.001 * left, clip_range=lambda left: 0.2 * left, seed=seed, device="cpu")
judge = Judge()
model.learn(int(budget), callback=judge)
if judge.solved is None:
    judge.pause()
print(json.dumps({"solved": judge.solved, "steps": model.num_timesteps, "wall": judge.wall, "cpu": judge.cpu}))
"""


def ours(seed):
    from playground.experiments.rl import DeepRL
    from playground.experiments.rl_agents import evaluate
    from playground.experiments.rl_recipes import recipe

    trainer = DeepRL(**recipe("CartPole-v1", "ppo", seed=seed, film_every=1_000_000)).trainer()
    wall = cpu = 0.0
    while trainer.step_count < BUDGET and not trainer.finished:
        marks = time.perf_counter(), time.process_time()
        trainer.advance(JUDGED_EVERY)
        wall, cpu = wall + time.perf_counter() - marks[0], cpu + time.process_time() - marks[1]
        if evaluate(trainer.task, trainer.learner.best, 20, seed + 5_000 + trainer.step_count)["mean"] >= GOAL:
            return {"solved": trainer.step_count, "steps": trainer.step_count, "wall": wall, "cpu": cpu}
    return {"solved": None, "steps": trainer.step_count, "wall": wall, "cpu": cpu}


def theirs(python, seed):
    done = subprocess.run([python, "-c", THEIRS, str(seed), str(GOAL), str(JUDGED_EVERY), str(BUDGET)], capture_output=True, text=True, timeout=1_500)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else print(done.stderr[-800:])


def watching(seconds=8.0):
    """Steps a CPU second of a run that nobody films, and of one with films and a picture 25 times a second; slices alternate."""
    from playground.core import packets
    from playground.experiments.rl import DeepRL
    from playground.experiments.rl_recipes import recipe

    runs = {name: DeepRL(**recipe("CartPole-v1", "ppo", steps=1_000_000, film_every=every)).trainer() for name, every in (("unseen", 1_000_000), ("watched", 2_000))}
    for trainer in runs.values():
        trainer.advance(20_000)
    steps, spent, pictures = dict.fromkeys(runs, 0), dict.fromkeys(runs, 0.0), 0
    while min(spent.values()) < seconds / 2:
        for name, trainer in runs.items():
            before, mark, shown = trainer.step_count, time.process_time(), time.process_time()
            while time.process_time() - mark < 0.5:
                trainer.advance(64)
                if name == "watched" and time.process_time() - shown > 0.04:
                    packet, shown, pictures = packets.encode("view", trainer.view()), time.process_time(), pictures + 1
            spent[name] += time.process_time() - mark
            steps[name] += trainer.step_count - before
    rates = {name: steps[name] / spent[name] for name in runs}
    return {**rates, "cost": 1 - rates["watched"] / rates["unseen"], "packet_bytes": len(packet), "frames": len(runs["watched"].film.rewards)}


def main():
    import torch

    torch.set_num_threads(1)
    seeds, python = int(sys.argv[1]) if len(sys.argv) > 1 else 5, sys.argv[2] if len(sys.argv) > 2 else ""
    rows = {"this playground": [], "stable-baselines3": []}
    for seed in range(seeds):  # in turn, so that a busy moment of the machine hits both
        for name, run in (("this playground", ours), ("stable-baselines3", lambda seed: theirs(python, seed))):
            if name == "this playground" or python:
                found = run(seed)
                rows[name].append(found)
                print(f"{name:<20} seed {seed}: {found}", flush=True)
    print(f"\n{'CartPole to 475':<20}{'solved':>8}{'steps':>10}{'seconds':>10}{'CPU s':>8}{'steps/CPU s':>13}   (medians)")
    for name, found in rows.items():
        if found:
            medians = {key: statistics.median(each[key] for each in found) for key in ("steps", "wall", "cpu")}
            rate = statistics.median(each["steps"] / each["cpu"] for each in found)
            solved = sum(each["solved"] is not None for each in found)
            print(f"{name:<20}{solved:>5}/{len(found)}{medians['steps']:>10,.0f}{medians['wall']:>10.1f}{medians['cpu']:>8.1f}{rate:>13,.0f}")
    found = watching()
    print(f"\nWatching: {found['unseen']:,.0f} steps a CPU second unseen, {found['watched']:,.0f} with films and pictures: {found['cost']:.1%} less. "
          f"A picture with a film of {found['frames']} frames: {found['packet_bytes'] / 1024:.1f} KiB.")  # fmt: skip


if __name__ == "__main__":
    main()
