"""The browser's own physics of the classic tasks against Gymnasium's, run by node."""

import json
import shutil
import subprocess
from pathlib import Path

import gymnasium
import numpy as np
import pytest

from playground.data.environment_physics import PHYSICS
from playground.data.environments import ENVIRONMENTS
from playground.ui import components

MODULE = Path(components.__file__).parent / "arcade_physics.js"
NODE = shutil.which("node")
CODE = """
import { readFileSync } from "node:fs";
const { STEPS } = await import(process.argv[1]);
const asked = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(asked.map(({ key, state, actions }) => {
  const rows = [];
  for (const action of actions) {
    const { state: after, reward, terminated } = STEPS[key](state, action);
    rows.push([after, reward, terminated]);
    state = after;
    if (terminated) break;
  }
  return rows;
})));
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_every_classic_task_steps_in_the_browser_as_in_gymnasium(tmp_path):
    (tmp_path / "physics.mjs").write_text(MODULE.read_text(encoding="utf-8"), encoding="utf-8")
    stream, asked, wanted = np.random.default_rng(0), [], []
    for key in PHYSICS:
        task, peer = ENVIRONMENTS[key], gymnasium.make(key, disable_env_checker=True).unwrapped
        for episode in range(3):
            peer.reset(seed=episode)
            start = np.asarray(peer.state, np.float64).tolist()
            if task.continuous:
                actions = np.repeat(stream.uniform(-1.2 * task.limit, 1.2 * task.limit, 20), 8).astype(np.float32).astype(float).tolist()
            else:
                actions = np.repeat(stream.integers(0, len(task.actions), 20), 8).tolist()
            rows = []
            for action in actions:
                _, reward, terminated, _, _ = peer.step(np.array([action]) if task.continuous else action)
                rows.append((np.asarray(peer.state, np.float64), float(reward), terminated))
                if terminated:
                    break
            asked.append({"key": key, "state": start, "actions": actions})
            wanted.append((key, rows))
    done = subprocess.run([NODE, "--input-type=module", "-e", CODE, (tmp_path / "physics.mjs").as_uri()], input=json.dumps(asked), capture_output=True,
                          text=True, timeout=30)  # fmt: skip
    assert done.returncode == 0, done.stderr[-800:]
    for (key, rows), found in zip(wanted, json.loads(done.stdout), strict=True):
        single = key == "MountainCarContinuous-v0"  # Gymnasium keeps its state in float32
        assert len(found) == len(rows)
        for (state, reward, terminated), (ours, gain, over) in zip(rows, found, strict=True):
            np.testing.assert_allclose(ours, state, atol=3e-5 if single else 1e-9, err_msg=key)
            assert gain == pytest.approx(reward, abs=1e-5) and over == terminated
