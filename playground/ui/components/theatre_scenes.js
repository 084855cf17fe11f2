// The tasks of deep RL as pictures, drawn from their states: one painter a task. Lengths are in the task's own units, y upwards.

import { alpha, category, mix } from "./theme.js";

const TURN = 2 * Math.PI;
const HELIPAD = { left: 8, right: 12, height: 10 / 3 }; // metres, as gymnasium's LunarLander
const BODY = [[-14, 17], [-17, 0], [-17, -10], [17, -10], [17, 0], [14, 17]].map(([x, y]) => [x / 30, y / 30]);
const LEG = [[-2, -8], [2, -8], [2, 8], [-2, 8]].map(([x, y]) => [x / 30, y / 30]);

/** The span of each scene: [left, right, bottom, top]. */
const SPANS = {
  "CartPole-v1": [-2.85, 2.85, -1.15, 2.15], "Acrobot-v1": [-3.4, 3.4, -2.25, 2.25], "MountainCar-v0": [-1.28, 0.68, -0.02, 1.25],
  "MountainCarContinuous-v0": [-1.28, 0.68, -0.02, 1.25], "Pendulum-v1": [-2.1, 2.1, -1.35, 1.35], "LunarLander-v3": [0, 20, 0, 15],
};
const PAINTERS = {
  "CartPole-v1": cartpole, "Acrobot-v1": acrobot, "MountainCar-v0": car, "MountainCarContinuous-v0": car, "Pendulum-v1": pendulum, "LunarLander-v3": lander,
};
/** State entries that are angles, so that pictures between two states turn the short way. */
const ANGLES = { "Acrobot-v1": [0, 1] };

/** Height of a scene for a width, in CSS pixels. */
export function tall(environment, width, most = 460) {
  const [left, right, bottom, top] = SPANS[environment];
  return Math.min(most, Math.round((width * (top - bottom)) / (right - left)));
}

/**
 * Paints one moment.
 * @param moment {states, size, place, action, ground, limit}: states of all moments in one array, `size` numbers each; place may lie
 *   between two moments.
 */
export function paint(context, environment, width, height, moment, theme) {
  const [left, right, bottom, top] = SPANS[environment];
  const zoom = Math.min(width / (right - left), height / (top - bottom));
  context.save();
  context.beginPath();
  context.roundRect(0, 0, width, height, 10);
  context.clip();
  context.fillStyle = environment === "LunarLander-v3" ? (theme.mode === "dark" ? "#05070c" : "#101826") : mix(theme.paper, theme.ink, theme.mode === "dark" ? 0.06 : 0.035);
  context.fillRect(0, 0, width, height);
  const X = (x) => width / 2 + (x - (left + right) / 2) * zoom;
  const Y = (y) => height - (y - bottom) * zoom - (height - (top - bottom) * zoom) / 2;
  context.lineCap = context.lineJoin = "round";
  PAINTERS[environment](context, { X, Y, zoom, width, height, theme, state: between(environment, moment), ...moment });
  context.restore();
}

/** The state at a place between two moments. */
function between(environment, { states, size, place, count }) {
  const first = Math.min(count - 1, Math.floor(place));
  const share = Math.min(1, place - first);
  const next = Math.min(count - 1, first + 1);
  return Array.from({ length: size }, (_, i) => {
    const a = states[first * size + i];
    let change = states[next * size + i] - a;
    if (ANGLES[environment]?.includes(i) && Math.abs(change) > Math.PI) change -= TURN * Math.sign(change);
    return a + change * share;
  });
}

// Pieces -------------------------------------------------------------------------------------------------------------------

function line(context, points, width, css, dash = []) {
  context.setLineDash(dash);
  context.lineWidth = width;
  context.strokeStyle = css;
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
  context.setLineDash([]);
}

function disc(context, x, y, radius, css) {
  context.fillStyle = css;
  context.beginPath();
  context.arc(x, y, radius, 0, TURN);
  context.fill();
}

function arrow(context, x, y, length, css) {
  if (Math.abs(length) < 2) return;
  const head = Math.min(9, Math.abs(length) * 0.6) * Math.sign(length);
  line(context, [[x, y], [x + length - head * 0.6, y]], 4, css);
  context.fillStyle = css;
  context.beginPath();
  context.moveTo(x + length, y);
  context.lineTo(x + length - head, y - 6);
  context.lineTo(x + length - head, y + 6);
  context.fill();
}

/** A bent arrow around a joint: the torque, positive counterclockwise. */
function torque(context, x, y, radius, share, css) {
  if (Math.abs(share) < 0.03) return;
  const start = -Math.PI / 2;
  const end = start - share * Math.PI * 0.9;
  context.lineWidth = 3.5;
  context.strokeStyle = css;
  context.beginPath();
  context.arc(x, y, radius, start, end, share > 0);
  context.stroke();
  const [tipX, tipY] = [x + radius * Math.cos(end), y + radius * Math.sin(end)];
  const along = end - Math.sign(share) * Math.PI / 2;
  context.fillStyle = css;
  context.beginPath();
  context.moveTo(tipX + 9 * Math.cos(along), tipY + 9 * Math.sin(along));
  context.lineTo(tipX + 6 * Math.cos(end), tipY + 6 * Math.sin(end));
  context.lineTo(tipX - 6 * Math.cos(end), tipY - 6 * Math.sin(end));
  context.fill();
}

const pushes = (theme, amount) => category(amount < 0 ? 1 : 0, theme);

// The tasks -----------------------------------------------------------------------------------------------------------------

function cartpole(context, { X, Y, zoom, theme, state: [x, , angle], action }) {
  const soft = alpha(theme.ink, 0.28);
  line(context, [[X(-2.4), Y(0)], [X(2.4), Y(0)]], 2, soft);
  for (const end of [-2.4, 2.4]) line(context, [[X(end), Y(-0.12)], [X(end), Y(0.12)]], 2, soft);
  const axle = [X(x), Y(0.12)];
  context.fillStyle = alpha(category(0, theme), 0.1); // within 12° the episode goes on
  context.beginPath();
  context.moveTo(...axle);
  context.arc(...axle, 1.12 * zoom, -Math.PI / 2 - 0.2094, -Math.PI / 2 + 0.2094);
  context.fill();
  context.fillStyle = theme.mode === "dark" ? "#aeb8c6" : "#3b4654";
  context.beginPath();
  context.roundRect(X(x - 0.25), Y(0.14), 0.5 * zoom, 0.27 * zoom, 5);
  context.fill();
  for (const wheel of [-0.14, 0.14]) disc(context, X(x + wheel), Y(-0.14), 0.06 * zoom, theme.muted);
  const fallen = Math.abs(angle) > 0.2094;
  line(context, [axle, [X(x + Math.sin(angle)), Y(0.12 + Math.cos(angle))]], Math.max(5, 0.075 * zoom), fallen ? "#d6336c" : category(1, theme));
  disc(context, ...axle, 0.045 * zoom, theme.paper);
  if (action !== null) arrow(context, X(x + (action ? 0.3 : -0.3)), Y(0), (action ? 0.42 : -0.42) * zoom, pushes(theme, action ? 1 : -1));
}

function acrobot(context, { X, Y, zoom, theme, state: [first, second], action }) {
  line(context, [[X(-3.3), Y(1)], [X(3.3), Y(1)]], 1.5, category(2, theme), [7, 6]);
  const elbow = [Math.sin(first), -Math.cos(first)];
  const tip = [elbow[0] + Math.sin(first + second), elbow[1] - Math.cos(first + second)];
  const wide = Math.max(8, 0.13 * zoom);
  line(context, [[X(0), Y(0)], [X(elbow[0]), Y(elbow[1])]], wide, category(0, theme));
  line(context, [[X(elbow[0]), Y(elbow[1])], [X(tip[0]), Y(tip[1])]], wide, category(5, theme));
  for (const [x, y] of [[0, 0], elbow]) disc(context, X(x), Y(y), wide * 0.42, theme.paper);
  disc(context, X(tip[0]), Y(tip[1]), wide * 0.55, tip[1] > 1 ? category(2, theme) : category(1, theme));
  if (action !== null) torque(context, X(elbow[0]), Y(elbow[1]), wide * 1.6, action - 1, pushes(theme, action - 1));
}

function car(context, { X, Y, zoom, width, height, theme, state: [x], action, limit }) {
  const hill = (at) => Math.sin(3 * at) * 0.45 + 0.55;
  context.fillStyle = alpha(theme.ink, theme.mode === "dark" ? 0.13 : 0.09);
  context.beginPath();
  context.moveTo(0, height);
  for (let at = -1.3; at <= 0.7; at += 0.02) context.lineTo(X(at), Y(hill(at)));
  context.lineTo(width, height);
  context.fill();
  line(context, Array.from({ length: 101 }, (_, i) => [X(-1.3 + i * 0.02), Y(hill(-1.3 + i * 0.02))]), 2, alpha(theme.ink, 0.4));
  const goal = limit > 0 ? 0.45 : 0.5;
  line(context, [[X(goal), Y(hill(goal))], [X(goal), Y(hill(goal)) - 42]], 2.5, theme.muted);
  context.fillStyle = category(2, theme);
  context.beginPath();
  context.moveTo(X(goal), Y(hill(goal)) - 43);
  context.lineTo(X(goal) + 22, Y(hill(goal)) - 35);
  context.lineTo(X(goal), Y(hill(goal)) - 27);
  context.fill();
  const slope = Math.atan(3 * 0.45 * Math.cos(3 * x));
  context.save();
  context.translate(X(x), Y(hill(x)));
  context.rotate(-slope);
  const size = 0.085 * zoom;
  context.fillStyle = category(0, theme);
  context.beginPath();
  context.roundRect(-size, -size * 1.05, 2 * size, size * 0.75, 5);
  context.roundRect(-size * 0.55, -size * 1.6, 1.1 * size, size * 0.7, 5);
  context.fill();
  for (const wheel of [-0.55, 0.55]) disc(context, wheel * size, -size * 0.25, size * 0.27, theme.mode === "dark" ? "#c9d1dc" : "#2b333d");
  const force = action === null ? 0 : limit > 0 ? Math.max(-1, Math.min(1, action / limit)) : action - 1;
  arrow(context, Math.sign(force) * size * 1.15, -size * 0.7, force * size * 1.3, pushes(theme, force));
  context.restore();
}

function pendulum(context, { X, Y, zoom, theme, state: [angle], action, limit }) {
  const wide = Math.max(9, 0.16 * zoom);
  line(context, [[X(0), Y(0)], [X(0), Y(1.18)]], 1.5, alpha(category(2, theme), 0.8), [7, 6]);
  const share = (1 + Math.cos(angle)) / 2; // the nearer to upright, the bluer
  line(context, [[X(0), Y(0)], [X(-Math.sin(angle)), Y(Math.cos(angle))]], wide, mix(category(1, theme), category(0, theme), share));
  disc(context, X(0), Y(0), wide * 0.36, theme.paper);
  if (action !== null) torque(context, X(0), Y(0), wide * 1.9, action / limit, pushes(theme, action));
}

function lander(context, { X, Y, zoom, width, height, theme, state, action, ground }) {
  for (let i = 0; i < 60; i++) disc(context, X((i * 7.31) % 20), Y(13.3 - ((i * 3.97) % 12)), i % 7 ? 0.7 : 1.2, alpha("#ffffff", 0.25 + 0.5 * ((i * 0.37) % 1)));
  context.fillStyle = theme.mode === "dark" ? "#3a4250" : "#8c97a6";
  context.beginPath();
  context.moveTo(X(-3), height);
  ground.forEach((y, i) => context.lineTo(X(2 * i + (i === 0 ? -3 : i === 10 ? 3 : 0)), Y(y)));
  context.lineTo(X(23), height);
  context.fill();
  for (const x of [HELIPAD.left, HELIPAD.right]) {
    line(context, [[X(x), Y(HELIPAD.height)], [X(x), Y(HELIPAD.height + 1.3)]], 1.6, "#ffffff");
    context.fillStyle = "#ffd43b";
    context.beginPath();
    context.moveTo(X(x), Y(HELIPAD.height + 1.3));
    context.lineTo(X(x + 0.75), Y(HELIPAD.height + 1.08));
    context.lineTo(X(x), Y(HELIPAD.height + 0.86));
    context.fill();
  }
  const shape = (points, [x, y, angle], css) => {
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    context.fillStyle = css;
    context.beginPath();
    for (const [px, py] of points) context.lineTo(X(x + px * c - py * s), Y(y + px * s + py * c));
    context.closePath();
    context.fill();
  };
  const body = state.slice(0, 3);
  const flame = (from, reach) => {
    const [c, s] = [Math.cos(body[2]), Math.sin(body[2])];
    const at = ([x, y]) => [X(body[0] + x * c - y * s), Y(body[1] + x * s + y * c)];
    const [ax, ay] = at(from);
    const [bx, by] = at([from[0] + reach[0], from[1] + reach[1]]);
    const glow = context.createLinearGradient(ax, ay, bx, by);
    glow.addColorStop(0, "#fff3bf");
    glow.addColorStop(0.35, "#ffa94d");
    glow.addColorStop(1, "rgba(240,80,20,0)");
    line(context, [[ax, ay], [bx, by]], Math.max(3, 0.17 * zoom * Math.min(2, 0.7 + Math.hypot(...reach))), glow);
  };
  if (action === 2) flame([0, -0.4], [0, -1.2]);
  if (action === 1) flame([0.55, 0.35], [0.75, 0]);
  if (action === 3) flame([-0.55, 0.35], [-0.75, 0]);
  shape(LEG, state.slice(3, 6), "#c3b5f2");
  shape(LEG, state.slice(6, 9), "#c3b5f2");
  shape(BODY, body, "#9d86ee");
  beyond(context, X(body[0]), Y(body[1]), width, height, zoom);
}

/** Where something flies that left the picture: an arrow at the edge, and how far out it is in units of the world. */
function beyond(context, x, y, width, height, zoom) {
  const [inX, inY] = [Math.min(width - 12, Math.max(12, x)), Math.min(height - 12, Math.max(12, y))];
  const away = Math.hypot(x - inX, y - inY);
  if (away < 12 + 0.6 * zoom) return;
  context.save();
  context.translate(inX, inY);
  context.rotate(Math.atan2(y - inY, x - inX));
  context.fillStyle = "#ffd43b";
  context.beginPath();
  for (const [px, py] of [[9, 0], [-6, 7], [-6, -7]]) context.lineTo(px, py);
  context.fill();
  context.restore();
  context.fillStyle = "#ffffff";
  context.font = "600 12px system-ui, sans-serif";
  context.textAlign = inX > width / 2 ? "right" : "left";
  context.textBaseline = inY > height / 2 ? "bottom" : "top";
  context.fillText(`${(away / zoom).toFixed(1)} beyond`, inX + (inX > width / 2 ? -14 : 14), inY + (inY > height / 2 ? -4 : 4));
}
