// What all components share: mounting, elements, the animation frame, and the pane (one canvas that draws itself).

import { decode } from "./packets.js";
import { connect, lab } from "./live.js";
import { readTheme } from "./theme.js";
import { STYLE } from "./style.js";

/** An element with properties and children; text goes in as text, never as HTML. */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "style") Object.assign(node.style, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** A line drawing of 24 × 24 units from SVG path data. */
export function icon(...paths) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const d of paths) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** What a spec's names stand for: the latest view, then the scene, then the mounted arrays. */
export class Source {
  constructor(content, link = null, before = null) {
    this.content = content;
    this.link = link;
    // The former run's picture stays until the first view of the new one is here.
    this.before = link && before && before.link !== link ? before : (before?.link === link ? before?.before : null) ?? null;
    if (this.before) this.before.before = null;
  }

  get(name) {
    const { view, scene } = this.link ?? {};
    if (this.waits()) return this.before.get(name);
    if (view && name in view) return view[name];
    if (scene && name in scene) return scene[name];
    return this.content[name];
  }

  waits() {
    if (this.before && this.link?.view) this.before = null;
    return Boolean(this.before && this.link);
  }

  /** The array of that name, or null. */
  array(name) {
    const found = name ? this.get(name) : null;
    return found?.data ? found : null;
  }

  /** A list of words: the list itself, or the packet value of that name. */
  words(list) {
    const found = typeof list === "string" ? this.get(list) : list;
    return Array.isArray(found) ? found : [];
  }

  /** A number: itself, or the packet value of that name. */
  number(value) {
    const found = typeof value === "string" ? this.get(value) : value;
    return typeof found === "number" ? found : (found?.data?.[0] ?? null);
  }

  /** Whether a layer's `when` holds; without one it does. */
  holds(when) {
    if (!when) return true;
    const found = this.get(when);
    return Boolean(found?.data ? found.data[0] : found);
  }

  column(name) {
    if (this.waits()) return this.before.column(name);
    return this.link?.metrics.get(name) ?? this.array(name)?.data ?? null;
  }
}

const memories = new Map(); // what a person set by hand (camera, hidden layers, playback), kept when a component is mounted anew

/** What is remembered for a component, by its key. */
export function memory(key) {
  if (!memories.has(key)) memories.set(key, {});
  return memories.get(key);
}

/** The mount function of a component. `Part` has set(mount, source, emit), changed() and destroy(). */
export function mounter(Part) {
  const parts = new WeakMap();
  return function mount({ data, parentElement, setTriggerValue }) {
    let host = parts.get(parentElement);
    if (!host) parts.set(parentElement, (host = new Host(parentElement, Part)));
    host.turn += 1;
    const turn = host.turn;
    host.take(data, setTriggerValue);
    // Streamlit may run the clean-up of an overtaken call while a later one is already shown: only the last one counts.
    return () => {
      if (host.turn !== turn) return;
      host.destroy();
      parts.delete(parentElement);
    };
  };
}

class Host {
  constructor(parent, Part) {
    this.Part = Part;
    this.turn = 0;
    this.link = null;
    this.style = el("style");
    this.style.textContent = STYLE;
    this.root = el("div", { class: "part" });
    this.words = el("div", { class: "words", role: "alert", hidden: true });
    parent.append(this.style, this.root);
    this.root.append(this.words);
  }

  take(data, setTriggerValue) {
    let content, mount;
    try {
      ({ content } = decode(data));
      mount = content.mount;
      if (!mount?.spec) throw new Error("It holds no description of a picture.");
    } catch (error) {
      return this.say(`This picture could not be read. ${error.message}`);
    }
    this.say("");
    this.follow(mount.token);
    this.source = new Source(content, this.link, this.source);
    this.part ??= new this.Part(this.root, memory(mount.key), mount.key);
    const wanted = new Set(mount.events);
    const emit = (event, payload) => wanted.has(event) && setTriggerValue(event, payload);
    this.guard(() => this.part.set(mount, this.source, emit));
  }

  follow(token) {
    if ((this.link?.token ?? "") === token) return;
    this.unsubscribe?.();
    this.link?.release();
    this.link = token ? connect(token) : null;
    this.unsubscribe = this.link?.subscribe(() => this.guard(() => this.hear()));
  }

  hear() {
    this.say(this.link.trouble);
    this.part?.changed();
  }

  guard(action) {
    try {
      action();
    } catch (error) {
      report(error);
      this.say(`This picture could not be drawn. ${error.message}`);
    }
  }

  say(words) {
    if (this.words.textContent !== words) this.words.textContent = words;
    this.words.hidden = !words;
  }

  destroy() {
    this.unsubscribe?.();
    this.link?.release();
    this.part?.destroy();
    this.root.remove();
    this.style.remove();
  }
}

export function report(error) {
  lab.errors.push(error.message);
  console.error(error);
}

const due = new Set(); // panes to paint in the next animation frame
let frame = 0;

function paintAll() {
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
    document.fonts?.ready.then(() => this.request());
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
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => { this.heard.textContent = words; }, now ? 0 : 250);
  }

  destroy() {
    this.resizing.disconnect();
    this.seeing.disconnect();
    clearTimeout(this.speaking);
    due.delete(this);
    this.outer.remove();
  }
}

/** Puts a range slider at a value and fills its track up to there. */
export function slide(range, value) {
  range.value = value;
  const [low, high] = [Number(range.min), Number(range.max)];
  range.style.setProperty("--share", `${high > low ? (100 * (range.value - low)) / (high - low) : 0}%`);
}

/** Where a pointer event lies on an element, in CSS pixels. */
export function place(event, node) {
  const box = node.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}
