// The pane: one canvas that draws itself in the next animation frame after something changed.

import { el, report } from "./base.js";
import { lab } from "./live.js";
import { readTheme } from "./theme.js";

const due = new Set(); // panes to paint in the next animation frame
const panes = new Set(); // all that are mounted
let frame = 0;

// Words measured before the page's font was there have other widths now.
document.fonts?.addEventListener("loadingdone", () => {
  for (const pane of panes) {
    pane.margins = null;
    pane.request();
  }
});

export function paintAll() {
  frame = 0;
  const panes = [...due];
  due.clear();
  for (const pane of panes) pane.paint();
}

/** One canvas with its tooltip, legend and text alternative. Subclasses give `height(width)` and `draw(context, width, height)`. */
export class Pane {
  constructor(host, memory, key) {
    this.memory = memory;
    this.canvas = el("canvas", { tabindex: "0", role: "application" });
    this.tip = el("div", { class: "tip", hidden: true, "aria-hidden": "true" });
    this.heard = el("span", { class: "unseen", "aria-live": "polite" });
    this.help = el("span", { class: "unseen" });
    this.words = el("div", { class: "words", role: "alert", hidden: true });
    this.box = el("div", { class: "box" }, this.canvas, this.tip);
    this.legend = el("div", { class: "legend" });
    this.outer = el("div", { class: "pane" }, this.box, this.legend, this.help, this.heard, this.words);
    this.canvas.setAttribute("aria-label", "");
    host.append(this.outer);
    this.part = lab.parts[key] ??= { draws: 0, ms: 0, errors: 0 };
    this.visible = true;
    this.width = this.tall = 0;
    this.resizing = new ResizeObserver(() => this.request());
    this.resizing.observe(this.outer);
    this.seeing = new IntersectionObserver((entries) => {
      this.visible = entries.at(-1).isIntersecting;
      if (this.visible) this.request();
    }, { rootMargin: "200px" });
    this.seeing.observe(this.outer);
    panes.add(this);
  }

  /** Says what the picture shows and which keys work. */
  describe(alt, help) {
    this.canvas.setAttribute("aria-label", alt);
    this.canvas.setAttribute("aria-description", help);
    this.help.textContent = help;
    this.help.setAttribute("aria-hidden", "true");
  }

  retheme() {
    this.theme = readTheme(this.outer);
    this.request();
  }

  request() {
    due.add(this);
    if (!frame) frame = requestAnimationFrame(paintAll);
  }

  paint() {
    if (!this.visible || !this.outer.isConnected) return;
    const started = performance.now();
    try {
      this.theme ??= readTheme(this.outer);
      if (!this.fit()) return;
      const context = this.canvas.getContext("2d");
      context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
      context.clearRect(0, 0, this.width, this.tall);
      this.draw(context, this.width, this.tall);
      this.say("");
    } catch (error) {
      this.part.errors += 1;
      if (this.words.textContent === "") report(error);
      this.say(`This picture could not be drawn. ${error.message}`);
    }
    const spent = performance.now() - started;
    this.part.ms = this.part.draws ? 0.9 * this.part.ms + 0.1 * spent : spent;
    this.part.draws += 1;
    lab.painted += 1;
  }

  /** Gives the canvas the size its place asks for, in device pixels; false while there is no place. */
  fit() {
    const width = Math.floor(this.canvasWidth?.(this.outer.clientWidth) ?? this.outer.clientWidth);
    if (width < 20) return false;
    const tall = Math.round(this.height(width));
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    if (width !== this.width || tall !== this.tall || ratio !== this.ratio) {
      Object.assign(this, { width, tall, ratio });
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(tall * ratio);
      Object.assign(this.canvas.style, { width: `${width}px`, height: `${tall}px` });
      this.resized?.();
    }
    return true;
  }

  say(words) {
    if (this.words.textContent !== words) this.words.textContent = words;
    this.words.hidden = !words;
  }

  /** Rows of [words] or [words, value, colour] beside a place on the canvas; null hides them. */
  showTip(rows, x, y, aloud = false) {
    this.tip.hidden = !rows?.length;
    if (!rows?.length) return;
    const lines = rows.map(([words, value, color]) =>
      el("div", {}, color ? el("i", { style: { background: color } }) : null, el("span", {}, words), value === undefined ? null : el("b", {}, value)));
    this.tip.replaceChildren(...lines);
    const { offsetWidth: wide, offsetHeight: high } = this.tip;
    const left = x + 14 + wide > this.box.clientWidth ? x - wide - 12 : x + 14;
    const top = y - high - 10 < 0 ? y + 14 : y - high - 10;
    this.tip.style.transform = `translate(${Math.max(0, Math.round(left))}px, ${Math.round(top)}px)`;
    this.speak(rows.map(([words, value]) => (value === undefined ? words : `${words} ${value}`)).join(", "), aloud);
  }

  /** The value in words for screen readers; while a pointer moves, at most four times a second. */
  speak(words, now) {
    this.saying = words;
    if (now) clearTimeout(this.speaking);
    else if (this.speaking) return;
    this.speaking = setTimeout(() => {
      this.speaking = 0;
      this.heard.textContent = this.saying;
    }, now ? 0 : 250);
  }

  destroy() {
    this.resizing.disconnect();
    this.seeing.disconnect();
    clearTimeout(this.speaking);
    due.delete(this);
    panes.delete(this);
    this.outer.remove();
  }
}

/** Where a pointer event lies on an element, in CSS pixels. */
export function place(event, node) {
  const box = node.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}
