// The classic control tasks, stepped in the browser for a person who plays; gymnasium's equations, as data/environment_physics.py has
// them. A test steps both side by side. LunarLander needs Box2D and is stepped by the server.

const { sin, cos, PI, min, max, abs } = Math;
const clip = (value, low, high) => min(max(value, low), high);
const turned = (angle) => angle - 2 * PI * Math.round(angle / (2 * PI));

/** One step: (state, action) to {state, reward, terminated}. */
export const STEPS = {
  "CartPole-v1": ([x, speed, angle, turning], action) => {
    const [c, s] = [cos(angle), sin(angle)];
    const push = ((action === 1 ? 10 : -10) + 0.05 * turning * turning * s) / 1.1;
    const bend = (9.8 * s - c * push) / (0.5 * (4 / 3 - (0.1 * c * c) / 1.1));
    const state = [x + 0.02 * speed, speed + 0.02 * (push - (0.05 * bend * c) / 1.1), angle + 0.02 * turning, turning + 0.02 * bend];
    return { state, reward: 1, terminated: abs(state[0]) > 2.4 || abs(state[2]) > (12 * 2 * PI) / 360 };
  },
  "Acrobot-v1": (state, action) => {
    const torque = action - 1;
    const add = (one, slope, step) => one.map((value, i) => value + step * slope[i]);
    const k1 = acrobotSlope(state, torque);
    const k2 = acrobotSlope(add(state, k1, 0.1), torque);
    const k3 = acrobotSlope(add(state, k2, 0.1), torque);
    const k4 = acrobotSlope(add(state, k3, 0.2), torque);
    const next = state.map((value, i) => value + (0.2 / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]));
    const after = [turned(next[0]), turned(next[1]), clip(next[2], -4 * PI, 4 * PI), clip(next[3], -9 * PI, 9 * PI)];
    const up = -cos(after[0]) - cos(after[1] + after[0]) > 1;
    return { state: after, reward: up ? 0 : -1, terminated: up };
  },
  "MountainCar-v0": (state, action) => {
    const after = roll(state, (action - 1) * 0.001);
    return { state: after, reward: -1, terminated: after[0] >= 0.5 && after[1] >= 0 };
  },
  "MountainCarContinuous-v0": (state, action) => {
    const after = roll(state, clip(action, -1, 1) * 0.0015);
    const there = after[0] >= 0.45 && after[1] >= 0;
    return { state: after, reward: (there ? 100 : 0) - 0.1 * action * action, terminated: there };
  },
  "Pendulum-v1": ([angle, turning], action) => {
    const torque = clip(action, -2, 2);
    const cost = turned(angle) ** 2 + 0.1 * turning ** 2 + 0.001 * torque ** 2;
    const speed = clip(turning + (15 * sin(angle) + 3 * torque) * 0.05, -8, 8);
    return { state: [angle + speed * 0.05, speed], reward: -cost, terminated: false };
  },
};

function roll([position, speed], push) {
  const faster = clip(speed + push - 0.0025 * cos(3 * position), -0.07, 0.07);
  const place = clip(position + faster, -1.2, 0.6);
  return [place, place === -1.2 && faster < 0 ? 0 : faster];
}

function acrobotSlope([first, second, speed1, speed2], torque) {
  const [c, s] = [cos(second), sin(second)];
  const d1 = 0.25 + 1 + 0.25 + c + 2;
  const d2 = 0.25 + 0.5 * c + 1;
  const phi2 = 4.9 * cos(first + second - PI / 2);
  const phi1 = -0.5 * speed2 ** 2 * s - speed2 * speed1 * s + 14.7 * cos(first - PI / 2) + phi2;
  const bend2 = (torque + (d2 / d1) * phi1 - 0.5 * speed1 ** 2 * s - phi2) / (1.25 - d2 ** 2 / d1);
  return [speed1, speed2, -(d2 * bend2 + phi1) / d1, bend2];
}
