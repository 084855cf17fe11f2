"""The classic control tasks, many copies at once: Gymnasium's equations on arrays instead of one state at a time.

Every function is compared with `gymnasium` step by step (`tests/data/test_environment_physics.py`), so what is learnt here holds
there. Gymnasium mixes float32 and float64 and Python's own cosine; where that shows in the last digit, it is repeated here.

Source: Barto, Sutton and Anderson 1983 (cart and pole); Sutton 1996 (acrobot); Moore 1990 (mountain car); `gymnasium.envs.classic_control`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Answer = tuple[np.ndarray, np.ndarray, np.ndarray]  # states (N, S) float64, rewards (N,) float64, terminated (N,) bool


@dataclass(frozen=True)
class Physics:
    """One task's equations.

    Attributes:
        start: From a generator, one starting state (S,).
        step: From states (N, S), actions and which copies have just been reset (N,), the next states, rewards and ends.
        observe: What is seen of states (N, S), float32; the second argument says which have just been reset.
    """

    start: Callable[[np.random.Generator], np.ndarray]
    step: Callable[[np.ndarray, np.ndarray, np.ndarray], Answer]
    observe: Callable[[np.ndarray, np.ndarray], np.ndarray]


def _as_seen(states: np.ndarray, _fresh: np.ndarray) -> np.ndarray:
    return states.astype(np.float32)


def _cosines(angles: np.ndarray) -> np.ndarray:
    return np.array([math.cos(each) for each in angles.tolist()])  # libm's, as Gymnasium: NumPy's differ in the last bit


def _squares(numbers: np.ndarray) -> np.ndarray:
    return np.array([each**2 for each in numbers.tolist()])  # a lone number's power, whose last bit can differ from an array's


def step_cartpole(states: np.ndarray, actions: np.ndarray, _fresh: np.ndarray) -> Answer:
    """Florian 2007, "Correct equations for the dynamics of the cart-pole system", eqs. 23 and 24; Euler, 0.02 s."""
    x, x_dot, theta, theta_dot = states.T
    force = np.where(actions == 1, 10.0, -10.0)
    cosine, sine = np.cos(theta), np.sin(theta)
    push = (force + 0.05 * np.square(theta_dot) * sine) / 1.1
    theta_acc = (9.8 * sine - cosine * push) / (0.5 * (4.0 / 3.0 - 0.1 * np.square(cosine) / 1.1))
    x_acc = push - 0.05 * theta_acc * cosine / 1.1
    after = np.stack([x + 0.02 * x_dot, x_dot + 0.02 * x_acc, theta + 0.02 * theta_dot, theta_dot + 0.02 * theta_acc], 1)
    fallen = (np.abs(after[:, 0]) > 2.4) | (np.abs(after[:, 2]) > 12 * 2 * math.pi / 360)
    return after, np.ones(len(states)), fallen


def _acrobot_slope(y: np.ndarray, torque: np.ndarray) -> np.ndarray:
    """Sutton and Barto's book version; masses, lengths and inertias are 1, centres of mass at 0.5. y: (4, N)."""
    theta1, theta2, speed1, speed2 = y
    cosine2, sine2 = np.cos(theta2), np.sin(theta2)
    d1 = 1.0 * 0.5**2 + 1.0 * (1.0**2 + 0.5**2 + 2 * 1.0 * 0.5 * cosine2) + 1.0 + 1.0
    d2 = 1.0 * (0.5**2 + 1.0 * 0.5 * cosine2) + 1.0
    phi2 = 1.0 * 0.5 * 9.8 * np.cos(theta1 + theta2 - math.pi / 2.0)
    phi1 = (-1.0 * 1.0 * 0.5 * _squares(speed2) * sine2 - 2 * 1.0 * 1.0 * 0.5 * speed2 * speed1 * sine2
            + (1.0 * 0.5 + 1.0 * 1.0) * 9.8 * np.cos(theta1 - math.pi / 2) + phi2)  # fmt: skip
    acc2 = (torque + d2 / d1 * phi1 - 1.0 * 1.0 * 0.5 * _squares(speed1) * sine2 - phi2) / (1.0 * 0.5**2 + 1.0 - _squares(d2) / d1)
    return np.stack([speed1, speed2, -(d2 * acc2 + phi1) / d1, acc2])


def _wrapped(angles: np.ndarray) -> np.ndarray:
    """Into [-pi, pi], turn by turn as Gymnasium does (a remainder rounds otherwise)."""
    while (over := angles > math.pi).any():
        angles = np.where(over, angles - 2 * math.pi, angles)
    while (under := angles < -math.pi).any():
        angles = np.where(under, angles + 2 * math.pi, angles)
    return angles


def step_acrobot(states: np.ndarray, actions: np.ndarray, _fresh: np.ndarray) -> Answer:
    """One Runge-Kutta step of 0.2 s."""
    y, torque, dt = states.T, actions - 1.0, 0.2
    k1 = _acrobot_slope(y, torque)
    k2 = _acrobot_slope(y + dt / 2.0 * k1, torque)
    k3 = _acrobot_slope(y + dt / 2.0 * k2, torque)
    k4 = _acrobot_slope(y + dt * k3, torque)
    after = y + dt / 6.0 * (k1 + 2 * k2 + 2 * k3 + k4)
    after[:2] = _wrapped(after[:2])
    after[2] = np.clip(after[2], -4 * math.pi, 4 * math.pi)
    after[3] = np.clip(after[3], -9 * math.pi, 9 * math.pi)
    up = -np.cos(after[0]) - np.cos(after[1] + after[0]) > 1.0
    return after.T.copy(), np.where(up, 0.0, -1.0), up


def see_acrobot(states: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    theta1, theta2, speed1, speed2 = states.T
    seen = np.stack([np.cos(theta1), np.sin(theta1), np.cos(theta2), np.sin(theta2), speed1, speed2], 1).astype(np.float32)
    if fresh.any():  # a start is float32 there, and so are its cosines
        angles = states[fresh, :2].astype(np.float32)
        seen[fresh, :4] = np.stack([np.cos(angles[:, 0]), np.sin(angles[:, 0]), np.cos(angles[:, 1]), np.sin(angles[:, 1])], 1)
    return seen


def step_mountain_car(states: np.ndarray, actions: np.ndarray, _fresh: np.ndarray) -> Answer:
    position, speed = states.T
    speed = np.clip(speed + ((actions - 1) * 0.001 + _cosines(3 * position) * -0.0025), -0.07, 0.07)
    position = np.clip(position + speed, -1.2, 0.6)
    speed = np.where((position == -1.2) & (speed < 0), 0.0, speed)
    return np.stack([position, speed], 1), np.full(len(states), -1.0), (position >= 0.5) & (speed >= 0)


def step_mountain_car_continuous(states: np.ndarray, actions: np.ndarray, fresh: np.ndarray) -> Answer:
    """actions: (N, 1) float32. A state is float64 after a reset and float32 from then on, as in Gymnasium."""
    single, (position, speed) = np.float32, states.T
    force = np.clip(actions[:, 0].astype(single), single(-1), single(1))
    slope = _cosines(np.where(fresh, 3 * position, (single(3) * position.astype(single)).astype(np.float64)))
    push = force * single(0.0015) - (0.0025 * slope).astype(single)

    def move(position: np.ndarray, speed: np.ndarray, number: type) -> np.ndarray:
        speed = np.clip(speed.astype(number) + push.astype(number), number(-0.07), number(0.07))
        position = np.clip(position.astype(number) + speed, number(-1.2), number(0.6))
        speed = np.where((position == number(-1.2)) & (speed < 0), number(0), speed)
        return np.stack([position, speed], 1)

    after = np.where(fresh[:, None], move(position, speed, np.float64), move(position, speed, single).astype(np.float64))
    there = (after[:, 0] >= np.where(fresh, 0.45, np.float64(single(0.45)))) & (after[:, 1] >= 0)
    costs = np.array([math.pow(each, 2) * 0.1 for each in actions[:, 0].tolist()])
    return after.astype(single).astype(np.float64), np.where(there, 100.0, 0.0) - costs, there


def step_pendulum(states: np.ndarray, actions: np.ndarray, _fresh: np.ndarray) -> Answer:
    """actions: (N, 1) float32, torque in [-2, 2]; semi-implicit Euler, 0.05 s."""
    theta, speed = states.T
    torque = np.clip(actions[:, 0].astype(np.float32), np.float32(-2), np.float32(2))
    angle = ((theta + np.pi) % (2 * np.pi)) - np.pi
    costs = _squares(angle) + 0.1 * _squares(speed) + np.array([0.001 * each**2 for each in torque])
    speed = np.clip(speed + (3 * 10.0 / 2.0 * np.sin(theta) + np.float32(3.0) * torque) * 0.05, -8.0, 8.0)
    return np.stack([theta + speed * 0.05, speed], 1), -costs, np.zeros(len(states), bool)


def see_pendulum(states: np.ndarray, _fresh: np.ndarray) -> np.ndarray:
    theta, speed = states.T
    return np.stack([np.cos(theta), np.sin(theta), speed], 1).astype(np.float32)


def _start_car(stream: np.random.Generator) -> np.ndarray:
    return np.array([stream.uniform(-0.6, -0.4), 0.0])


PHYSICS = {
    "CartPole-v1": Physics(lambda stream: stream.uniform(-0.05, 0.05, 4), step_cartpole, _as_seen),
    "Acrobot-v1": Physics(lambda stream: stream.uniform(-0.1, 0.1, 4).astype(np.float32).astype(np.float64), step_acrobot, see_acrobot),
    "MountainCar-v0": Physics(_start_car, step_mountain_car, _as_seen),
    "MountainCarContinuous-v0": Physics(_start_car, step_mountain_car_continuous, _as_seen),
    "Pendulum-v1": Physics(lambda stream: stream.uniform(np.array([-np.pi, -1.0]), np.array([np.pi, 1.0])), step_pendulum, see_pendulum),
}
