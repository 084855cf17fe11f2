// What all components share: elements, mounting, and what the names in a spec stand for.

import { decode } from "./packets.js";
import { connect, lab } from "./live.js";
import { join, leave, SETTLE_MS } from "./peek.js";
import { STYLE } from "./style.js";

const LEFT_MS = 500; // between two looks whether a component that was cleaned up is still on the page
const TELL_MS = 100; // a page hears of a drag at most ten times a second;
const REST_MS = 300; // where its pictures follow by themselves it hears once the pointer rests, as every run of its script halts them

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
  const place = `${location.pathname} ${key}`; // screens may use the same keys
  if (!memories.has(place)) memories.set(place, {});
  return memories.get(place);
}

/** The mount function of a component. `Part` has set(mount, source, emit), changed(), destroy() and the static word `reads`. */
export function mounter(Part) {
  const parts = new WeakMap();
  return function mount({ data, parentElement, setTriggerValue }) {
    let host = parts.get(parentElement);
    if (!host) parts.set(parentElement, (host = new Host(parentElement, Part)));
    host.turn += 1;
    const turn = host.turn;
    host.take(data, setTriggerValue);
    // Streamlit may run the clean-up of an overtaken call after a later one was shown, or, on a busy machine, a second before it comes. What
    // still stands on the page lives on, so that no drag is torn off: its end is that its place is gone.
    const end = () => {
      if (host.turn !== turn) return;
      if (parentElement.isConnected) return void setTimeout(end, LEFT_MS);
      host.destroy();
      parts.delete(parentElement);
    };
    return end;
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

  /** What the page brings. While a control moves, the pictures asked for directly are newer: this one waits its turn. */
  take(data, setTriggerValue) {
    this.tell = setTriggerValue;
    clearTimeout(this.waiting);
    if (this.peek?.fresh && this.part) this.waiting = setTimeout(() => this.take(data, setTriggerValue), SETTLE_MS / 2);
    else this.show(data);
  }

  show(data) {
    if (this.part && alike(data, this.shown)) return; // the run of the script brings what was already asked for
    this.shown = data;
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
    this.key = mount.key;
    if (mount.peek) this.peek = join(mount.peek, mount.key, this);
    const wanted = new Set(mount.events);
    const emit = (event, payload) => wanted.has(event) && this.emit(event, payload);
    this.guard(() => this.part.set(mount, this.source, emit));
  }

  emit(event, payload) {
    if (event !== "drag") return this.tell(event, payload);
    this.peek?.ask({ drag: payload });
    clearTimeout(this.later);
    const tell = () => {
      this.told = performance.now();
      this.tell(event, payload);
    };
    const followed = this.peek && !this.peek.gone;
    const wait = followed ? REST_MS : TELL_MS - (performance.now() - (this.told ?? 0));
    if (payload.done || wait <= 0) tell();
    else this.later = setTimeout(tell, wait);
  }

  follow(token) {
    if ((this.link?.token ?? "") === token) return;
    this.unsubscribe?.();
    this.link?.release();
    this.link = token ? connect(token) : null;
    this.unsubscribe = this.link?.subscribe(() => this.guard(() => this.hear()));
  }

  hear() {
    const { trouble, view, scene, metrics } = this.link;
    this.say(trouble);
    // Painted anew only for what the part reads: all read views and scenes, some metrics, the transport bar every status.
    const version = this.Part.reads === "views" ? 0 : metrics.version;
    const seen = this.seen ?? {};
    const same = view === seen.view && scene === seen.scene && version === seen.version;
    this.seen = { view, scene, version };
    if (!same || this.Part.reads === "status") this.part?.changed();
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
    clearTimeout(this.waiting);
    clearTimeout(this.later);
    leave(this.key, this);
    this.unsubscribe?.();
    this.link?.release();
    this.part?.destroy();
    this.root.remove();
    this.style.remove();
  }
}

function alike(one, other) {
  return one?.length === other?.length && one !== undefined && one.every((byte, i) => byte === other[i]);
}

export function report(error) {
  lab.errors.push(error.message);
  console.error(error);
}

/** Puts a range slider at a value and fills its track up to there. */
export function slide(range, value) {
  range.value = value;
  const [low, high] = [Number(range.min), Number(range.max)];
  range.style.setProperty("--share", `${high > low ? (100 * (range.value - low)) / (high - low) : 0}%`);
}
