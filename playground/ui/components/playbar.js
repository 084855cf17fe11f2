// The bar of everything that plays in the browser: play, one back, one on, to the start, speed, place.

import { el, icon } from "./base.js";

export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 10];
export const PLAY = ["M7 4.5v15l12-7.5z"];
export const PAUSE = ["M7 5h3.5v14H7z", "M13.5 5H17v14h-3.5z"];

/**
 * The elements {play, scrub, speed, where, bar}. `words` names back, on, start (a label, or [label, title]), scrub and speed; `main` makes the
 * play button the main one; `owner` has toggle(), step(by), again(), scrubbed(place) and memory.speed.
 */
export function playbar(owner, words, { main = false, style = undefined } = {}) {
  const button = (said, paths, action) => {
    const [name, title] = Array.isArray(said) ? said : [said, said];
    return el("button", { class: "button icon", type: "button", "aria-label": name, title, onclick: action }, icon(...paths));
  };
  const play = el("button", { class: main ? "button main" : "button", type: "button", onclick: () => owner.toggle() });
  const scrub = el("input", { type: "range", min: "0", step: "any", "aria-label": words.scrub, oninput: () => owner.scrubbed(Number(scrub.value)) });
  const speed = el("select", { "aria-label": words.speed, onchange: () => { owner.memory.speed = Number(speed.value); } }, ...SPEEDS.map((each) => el("option", { value: each }, `${each}×`)));
  const where = el("span", { class: "count" });
  const bar = el("div", { class: "bar", style }, play,
    button(words.back, ["M18 6l-8 6 8 6z", "M7 6v12"], () => owner.step(-1)),
    button(words.on, ["M6 6l8 6-8 6z", "M17 6v12"], () => owner.step(1)),
    button(words.start, ["M4 12a8 8 0 1 0 3-6.2", "M7 2v4h4"], () => owner.again()),
    speed, scrub, where);
  return { play, scrub, speed, where, bar };
}
