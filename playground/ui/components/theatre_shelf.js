// The shelf: films that have arrived, spread over the run, each a click away.

import { el } from "./base.js";
import { fixed } from "./numerals.js";

const MOST = 9;

export class Shelf {
  constructor(choose) {
    this.choose = choose;
    this.films = [];
    this.node = el("div", { class: "bar", role: "group", "aria-label": "Films of this run", style: { marginTop: "8px", gap: "4px" } });
  }

  clear() {
    this.films = [];
    this.draw();
  }

  add(film) {
    this.films = this.films.filter((each) => each.key !== film.key && each.step !== film.step);
    this.films.push(film);
    this.films.sort((a, b) => a.step - b.step);
    while (this.films.length > MOST) {
      // The first and the last stay; of the others the one goes whose neighbours lie closest.
      let [least, found] = [Infinity, 1];
      for (let i = 1; i + 1 < this.films.length; i++) {
        const gap = this.films[i + 1].step - this.films[i - 1].step;
        if (gap < least) [least, found] = [gap, i];
      }
      this.films.splice(found, 1);
    }
    this.draw();
  }

  /** Whether there is a film of the policy after so many steps. */
  holds(step) {
    return this.films.some((each) => each.step === step);
  }

  mark(film, newest) {
    this.shown = film?.key;
    this.newest = newest?.key;
    this.draw();
  }

  draw() {
    const text = JSON.stringify([this.shown, this.films.map((each) => each.key)]);
    if (text === this.text) return;
    this.text = text;
    this.node.hidden = this.films.length < 2;
    this.node.replaceChildren(el("span", { class: "muted" }, "Films"), ...this.films.map((film) => {
      const button = el("button", { class: "small", type: "button", "aria-pressed": String(film.key === this.shown), title: `Film after ${film.step.toLocaleString("en")} steps, return ${fixed(film.total, 1)}` },
        steps(film.step), el("b", {}, fixed(film.total, 0)));
      button.addEventListener("click", () => this.choose(film));
      return button;
    }));
  }
}

function steps(count) {
  return count >= 1e6 ? `${(count / 1e6).toFixed(1)} M` : count >= 1000 ? `${Math.round(count / 1000)} k` : String(count);
}
