// The equations of one unit at one time step, with the numbers put in.

import { fixed } from "./numerals.js";
import { el } from "./base.js";
import { alpha, color } from "./theme.js";

const LOWERED = { 0: "₀", 1: "₁", 2: "₂", 3: "₃", 4: "₄", 5: "₅", 6: "₆", 7: "₇", 8: "₈", 9: "₉" };
const BENDS = { candidate: "tanh" }; // every other block is a gate: σ
const NAMES = { lstm: ["i", "f", "g", "o"], gru: ["r", "z", "n"], rnn: ["h"] };
const BLOCKS = { lstm: ["input", "forget", "candidate", "output"], gru: ["reset", "update", "candidate"], rnn: ["candidate"] };
const TITLES = { lstm: "LSTM", gru: "GRU", rnn: "RNN" };

/** What `maps` points at, as nodes. */
export function equations(maps) {
  const { t, unit } = maps.memory;
  const at = reader(maps, t, unit);
  const rows = { lstm: lstm, gru: gru, rnn: rnn }[maps.cell](at, low(t + 1), low(t));
  const cells = rows.flatMap((row) => (row === null ? [el("hr")] : [el("span", { class: "left" }, row[0]), el("span", { class: "mid" }, row[1]), value(row[2], row[3], maps.theme)]));
  const input = maps.source.words("token_words")[t];
  const title = el("h4", {}, `${TITLES[maps.cell]}, unit ${unit + 1}, step ${t + 1}`, input ? el("span", {}, ` · input ${input.trim() || "space"}`) : null);
  return [title, el("div", { class: "eq" }, ...cells), words(maps, at), answer(maps, t)].filter(Boolean);
}

/** The same in one sentence, for screen readers. */
export function spoken(maps) {
  const { t, unit } = maps.memory;
  const at = reader(maps, t, unit);
  const gates = BLOCKS[maps.cell].map((name, block) => `${name} ${fixed(at.gate(block))}`).join(", ");
  return `step ${t + 1}, unit ${unit + 1}: ${gates}, state ${fixed(at.h)}`;
}

function reader({ gates, fromInputs, fromState, hidden, carried, units, steps }, t, unit) {
  const cell = (array, block) => array.data[(block * units + unit) * steps + t];
  const state = (array, step) => (array ? array.data[unit * (steps + 1) + step] : NaN);
  return {
    gate: (block) => cell(gates, block), x: (block) => cell(fromInputs, block), u: (block) => cell(fromState, block),
    h: state(hidden, t + 1), before: state(hidden, t), c: state(carried, t + 1), held: state(carried, t),
  };
}

function gateRow(cell, block, at, inner = null) {
  const bend = BENDS[BLOCKS[cell][block]] ?? "σ";
  return [`${NAMES[cell][block]} = ${bend}(Wx + ${inner ? "r ⊙ " : ""}Uh)`, `${bend}(${fixed(at.x(block))} ${signed(inner === null ? at.u(block) : inner)})`, at.gate(block), bend === "tanh"];
}

function lstm(at, now, before) {
  const [i, f, g, o] = [0, 1, 2, 3].map(at.gate);
  return [...[0, 1, 2, 3].map((block) => gateRow("lstm", block, at)), null,
    [`c${now} = f c${before} + i g`, `${fixed(f)} · ${fixed(at.held)} + ${fixed(i)} · ${fixed(g)}`, at.c, true],
    [`h${now} = o tanh c${now}`, `${fixed(o)} · ${fixed(Math.tanh(at.c))}`, at.h, true]];
}

function gru(at, now, before) {
  const [r, z, n] = [0, 1, 2].map(at.gate);
  return [gateRow("gru", 0, at), gateRow("gru", 1, at), gateRow("gru", 2, at, r * at.u(2)), null,
    [`h${now} = (1 − z) n + z h${before}`, `${fixed(1 - z)} · ${fixed(n)} + ${fixed(z)} · ${fixed(at.before)}`, at.h, true]];
}

function rnn(at, now, before) {
  return [[`h${now} = tanh(Wx + Uh${before})`, `tanh(${fixed(at.x(0))} ${signed(at.u(0))})`, at.h, true]];
}

/** What the gates do at this step. */
function words(maps, at) {
  const share = (number) => `${Math.round(100 * number)} %`;
  if (maps.cell === "lstm") return el("p", {}, "It keeps ", el("b", {}, share(at.gate(1))), " of what it held, writes ", el("b", {}, share(at.gate(0))), " of the new, and shows ", el("b", {}, share(at.gate(3))), " of it.");
  if (maps.cell === "gru") return el("p", {}, "It keeps ", el("b", {}, share(at.gate(1))), " of its state and takes ", el("b", {}, share(1 - at.gate(1))), " of the new.");
  const slope = 1 - at.h ** 2;
  return el("p", {}, "Nothing protects the state: all of it is written anew. A gradient that passes this unit is multiplied by 1 − h² = ", el("b", {}, fixed(slope)), " and by U.");
}

function answer(maps, t) {
  const [said, wanted] = ["answer_words", "wanted_words"].map((name) => maps.source.words(name)[t]);
  if (!said) return null;
  return el("p", {}, "Answer here: ", el("b", {}, said.trim() || "space"), said === wanted ? ", which is right." : ". Right would be ", said === wanted ? null : el("b", {}, wanted.trim() || "space"));
}

function value(number, isSigned, theme) {
  const strength = Math.min(1, Math.abs(number));
  const css = isSigned && number < 0 ? color("negative", theme) : color("positive", theme);
  return el("span", { class: "value", style: { background: alpha(css, 0.08 + 0.34 * strength) } }, fixed(number));
}

function signed(number) {
  return number < 0 ? `− ${Math.abs(number).toFixed(2)}` : `+ ${number.toFixed(2)}`;
}

function low(number) {
  return [...String(number)].map((digit) => LOWERED[digit]).join("");
}
