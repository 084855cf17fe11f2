// The player component: a computed sequence, played in the browser by one clock for all panels.

import { el, icon, mounter, slide } from "./base.js";
import { PlanePane } from "./plane.js";
import { CurvesPane } from "./curves.js";
import { SolidPane } from "./solid.js";
import { listen } from "./keyboard.js";
import { lab } from "./live.js";
import { label } from "./axes.js";
import { PAUSE, PLAY, playbar } from "./playbar.js";

const PANES = { stage: PlanePane, curves: CurvesPane, surface: SolidPane };

class Player {
  static reads = "views";

  constructor(root, memory, key) {
    this.memory = memory;
    this.key = key;
    this.panes = [];
    this.buildBar();
    this.grid = el("div", { class: "panels" });
    this.caption = el("div", { class: "caption", "aria-live": "off" });
    this.outer = el("div", { role: "group", "aria-label": "Player" }, this.grid, this.caption, this.bar, this.counter);
    this.outer.addEventListener("keydown", (event) => this.keyed(event));
    root.append(this.outer);
    this.deafen = listen({ node: this.outer, rank: 1, toggle: () => this.toggle(), step: () => this.step(1) });
    this.folding = new ResizeObserver(() => this.fold());
    this.folding.observe(this.outer);
  }

  buildBar() {
    const words = { back: ["Back", "One step back (←)"], on: ["Step", "One step on (→)"], start: ["To the start", "Back to the start (Home)"], scrub: "Place in the sequence", speed: "Speed" };
    Object.assign(this, playbar(this, words, { main: true }));
    this.counter = el("span", { class: "unseen", "aria-live": "polite" });
  }

  set(mount, source, emit) {
    const { spec } = mount;
    const shape = JSON.stringify(spec.panels.map((each) => each.kind));
    if (shape !== this.shape) this.rebuild(spec, shape);
    const data = JSON.stringify([spec.frames, spec.fps, spec.loop]);
    const first = !this.spec;
    const text = fingerprint(source.content);
    const other = text !== this.memory.text || data !== this.memory.data;
    Object.assign(this, { spec, source, last: spec.frames - 1 });
    Object.assign(this.memory, { text: mount.peeked ? null : text, data });
    this.memory.speed ??= 1;
    this.speed.value = this.memory.speed;
    this.scrub.max = this.last;
    this.bar.hidden = this.last === 0;
    spec.panels.forEach((panel, i) => {
      const tell = (event, payload) => emit(event, { ...payload, panel: i });
      this.panes[i].set(panel, source, { emit: tell, events: panel.events ?? [], height: mount.height ?? panel.height, unit: spec.unit });
    });
    this.fold();
    // A control that is being moved shows where all ends; once it rests, that is played.
    if (mount.peeked) { this.stop(); this.seek(this.last); return this.show(); }
    // New data plays from its start; a mere rerun or a remount goes on where it was.
    if (other) { this.seek(0); if (spec.autoplay) this.start(); else this.stop(); } else { this.seek(Math.min(this.memory.place ?? 0, this.last)); if (first && this.memory.playing) this.start(); }
    this.show();
  }

  rebuild(spec, shape) {
    this.panes.forEach((pane) => pane.destroy());
    this.grid.replaceChildren();
    this.shape = shape;
    this.panes = spec.panels.map((panel, i) => {
      const cell = el("div");
      this.grid.append(cell);
      const remembered = ((this.memory.panels ??= {})[`${panel.kind}${i}`] ??= {});
      return new PANES[panel.kind](cell, remembered, `${this.key}/${i}`);
    });
  }

  /** Panels beside one another where they have 300 pixels each, otherwise one below the other. */
  fold() {
    if (!this.spec) return;
    const wide = this.outer.clientWidth >= 300 * this.panes.length;
    const widths = this.spec.widths.length ? this.spec.widths : this.panes.map(() => 1);
    this.grid.style.gridTemplateColumns = wide ? this.panes.map((_, i) => `minmax(0, ${widths[i] ?? 1}fr)`).join(" ") : "minmax(0, 1fr)";
  }

  // The clock ---------------------------------------------------------------------------------------------------------------

  get place() {
    return this.memory.place ?? 0;
  }

  seek(place) {
    this.memory.place = Math.min(this.last, Math.max(0, place));
    for (const pane of this.panes) {
      pane.frame = this.memory.place;
      pane.request();
    }
    this.show();
  }

  /** The slider was moved by hand: playback rests there. */
  scrubbed(place) {
    this.stop();
    this.seek(place);
  }

  again() {
    this.scrubbed(0);
  }

  start() {
    if (this.place >= this.last) this.seek(0);
    this.memory.playing = true;
    this.then = null;
    cancelAnimationFrame(this.ticking);
    this.ticking = requestAnimationFrame((now) => this.tick(now));
    this.show();
  }

  stop() {
    this.memory.playing = false;
    cancelAnimationFrame(this.ticking);
    this.show();
  }

  toggle() {
    if (this.memory.playing) this.stop();
    else this.start();
  }

  tick(now) {
    if (!this.memory.playing) return;
    const passed = Math.min(100, now - (this.then ?? now)) / 1000; // after a hidden tab it goes on, it does not jump
    this.then = now;
    let place = this.place + passed * this.spec.fps * this.memory.speed;
    if (place >= this.last) {
      if (!this.spec.loop || !this.last) { this.seek(this.last); return this.stop(); }
      place %= this.last;
    }
    this.seek(place);
    lab.frames += 1;
    this.ticking = requestAnimationFrame((next) => this.tick(next));
  }

  step(by) {
    this.stop();
    const place = by > 0 ? Math.floor(this.place + 1e-6) + by : Math.ceil(this.place - 1e-6) + by;
    this.seek(place);
    this.counter.textContent = `${this.named()}. ${this.caption.textContent}`;
  }

  keyed(event) {
    if (event.target.closest?.("select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const range = event.target === this.scrub;
    const button = event.target instanceof HTMLButtonElement;
    if (event.key === " " && !button) this.toggle();
    else if (event.key === "ArrowRight" && !event.defaultPrevented) this.step(1);
    else if (event.key === "ArrowLeft" && !event.defaultPrevented) this.step(-1);
    else if (event.key === "Home" && !range) { this.stop(); this.seek(0); } else if (event.key === "End" && !range) { this.stop(); this.seek(this.last); } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  named() {
    const { unit, first, every } = this.spec;
    return `${unit} ${label(first + every * Math.floor(this.place + 1e-6))}`;
  }

  show() {
    if (!this.spec) return;
    const playing = Boolean(this.memory.playing);
    if (this.shownPlaying !== playing) {
      this.shownPlaying = playing;
      this.play.replaceChildren(icon(...(playing ? PAUSE : PLAY)), playing ? "Pause" : "Play");
    }
    slide(this.scrub, this.place);
    const words = this.named();
    if (this.where.textContent !== words) this.where.textContent = words;
    const captions = this.source.words(this.spec.captions);
    const caption = captions[Math.min(captions.length - 1, Math.floor(this.place + 1e-6))] ?? "";
    this.caption.hidden = !captions.length;
    if (this.caption.textContent !== caption) this.caption.textContent = caption;
    this.scrub.setAttribute("aria-valuetext", words);
  }

  changed() {
    this.panes.forEach((pane) => pane.refresh());
  }

  destroy() {
    cancelAnimationFrame(this.ticking);
    this.deafen();
    this.folding.disconnect();
    this.panes.forEach((pane) => pane.destroy());
  }
}

/** Tells whether arrays changed without keeping them: their names, shapes and a sum over their numbers. */
function fingerprint(content) {
  return Object.entries(content).filter(([name]) => name !== "mount").map(([name, value]) => {
    if (!value?.data) return `${name}=${JSON.stringify(value)}`;
    let sum = 0;
    for (let i = 0; i < value.data.length; i++) if (value.data[i] === value.data[i]) sum = (sum * 31 + value.data[i]) % 1e9;
    return `${name}:${value.shape}:${sum}`;
  }).join(";");
}

export const mount = mounter(Player);
