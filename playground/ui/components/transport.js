// The transport bar: plays, steps, resets and scrubs a run over its live socket.

import { el, icon, mounter, slide } from "./base.js";
import { listen } from "./keyboard.js";
import { lab } from "./live.js";

const ICONS = {
  play: ["M7 4.5v15l12-7.5z"], pause: ["M7 5h3.5v14H7z", "M13.5 5H17v14h-3.5z"], step: ["M6 6l8 6-8 6z", "M17 6v12"], reset: ["M4 12a8 8 0 1 0 3-6.2", "M7 2v4h4"],
  weights: ["M4 7h16", "M4 17h16", "M9 4v6", "M15 14v6"], data: ["M6 6h.01", "M16 5h.01", "M11 11h.01", "M18 14h.01", "M6 17h.01", "M13 19h.01"],
};
const SPEEDS = [["step", "1 step / frame"], ["epoch", "1 epoch / frame"], ["frame", "As fast as smooth"], ["max", "Full speed"]];
const STATES = {
  starting: ["Starting", "wait"], playing: ["Running", "on"], paused: ["Paused", ""], finished: ["Finished", ""], stopped: ["Stopped", ""], failed: ["Stopped by a problem", "bad"],
  lost: ["Interrupted", "bad"],
};
const OVER = ["finished", "failed"]; // nothing left to play; Reset starts anew
const HINT_MS = 6000; // how long a refused request stays on screen
const SCRUB_MS = 50;

class Transport {
  static reads = "status";

  constructor(root) {
    const button = (name, paths, action, more = "") => {
      const node = el("button", { class: `button ${more}`, type: "button" }, icon(...paths), name);
      node.addEventListener("click", action);
      return node;
    };
    this.play = button("Play", ICONS.play, () => this.toggle(), "main");
    this.step = button("Step", ICONS.step, () => this.send("step"));
    this.reset = button("Reset", ICONS.reset, () => this.send("reset"));
    this.weights = button("New weights", ICONS.weights, () => this.emit("new_weights", { at: Date.now() }));
    this.data = button("New data", ICONS.data, () => this.emit("new_data", { at: Date.now() }));
    this.reset.title = "Back to the beginning, with the same seed";
    this.step.title = "One step (→)";
    this.speed = el("select", { "aria-label": "Speed" }, ...SPEEDS.map(([value, words]) => el("option", { value }, words)));
    this.speed.addEventListener("change", () => this.link?.send({ do: "speed", value: this.speed.value }));
    this.state = el("span", { role: "status" });
    this.count = el("span", { class: "count" });
    this.rate = el("span");
    this.scrub = el("input", { type: "range", min: "0", max: "0", step: "1", "aria-label": "Timeline of recorded steps" });
    this.scrub.addEventListener("input", () => this.seek());
    this.live = el("button", { class: "small", type: "button" }, "Live");
    this.live.addEventListener("click", () => this.goLive());
    this.live.title = "Back to where the run is now";
    this.message = el("div", { class: "words", role: "alert", hidden: true });
    this.line = el("div", { class: "line" }, el("span", {}, this.dot = el("i", { class: "dot" }), this.state), this.count, this.rate, el("span", { class: "grow" }, this.scrub, this.live));
    this.outer = el("div", { role: "group", "aria-label": "Transport" }, el("div", { class: "bar" }, this.play, this.step, this.reset, this.weights, this.data, this.speed), this.line, this.message);
    root.append(this.outer);
    this.deafen = listen({ node: this.outer, rank: 2, toggle: () => this.toggle(), step: () => this.step.disabled || this.send("step") });
  }

  set(mount, source, emit) {
    if (this.link !== source.link) this.past = null;
    Object.assign(this, { link: source.link, emit, mount });
    this.weights.hidden = !mount.events.includes("new_weights");
    this.data.hidden = !mount.events.includes("new_data");
    this.changed();
  }

  send(what) {
    if (what === "step" || what === "reset") this.past = null;
    this.link?.send({ do: what });
  }

  toggle() {
    const state = this.link?.status?.state;
    if (!state || this.play.disabled) return;
    if (this.past != null) this.goLive();
    if (state === "playing" || state === "queued" || state === "starting") this.send("pause");
    else if (this.link.status.resumable) this.send("resume");
    else this.send("play");
  }

  // The timeline --------------------------------------------------------------------------------------------------------------

  seek() {
    const frames = this.link?.status?.frames ?? [];
    const step = frames[Number(this.scrub.value)];
    if (step === undefined) return;
    this.past = step;
    this.changed();
    clearTimeout(this.later);
    this.later = setTimeout(() => this.link?.send({ do: "scrub", step }), SCRUB_MS);
  }

  goLive() {
    clearTimeout(this.later);
    this.past = null;
    this.link?.send({ do: "scrub", step: null });
    this.changed();
  }

  // What is shown ---------------------------------------------------------------------------------------------------------------

  changed() {
    const status = this.link?.status;
    if (!status) {
      write(this.state, "Connecting");
      for (const each of [this.play, this.step, this.reset, this.speed, this.scrub]) each.disabled = true;
      this.live.hidden = true;
      return;
    }
    this.showButtons(status);
    this.showCount(status);
    this.showTimeline(status);
    this.showWords(status);
    lab.past = this.past ?? null;
  }

  showButtons(status) {
    const busy = ["playing", "queued", "starting"].includes(status.state);
    const words = busy ? "Pause" : status.resumable && status.state === "lost" ? "Resume" : "Play";
    if (this.playWords !== words) {
      this.playWords = words;
      this.play.replaceChildren(icon(...(busy ? ICONS.pause : ICONS.play)), words);
      this.play.title = `${words} (space)`;
    }
    this.play.disabled = OVER.includes(status.state) || (status.state === "lost" && !status.resumable);
    this.step.disabled = [...OVER, "lost", "stopped"].includes(status.state);
    this.reset.disabled = false;
    this.speed.disabled = false;
    if (document.activeElement !== this.speed && this.outer.getRootNode().activeElement !== this.speed && this.speed.value !== status.speed) this.speed.value = status.speed;
  }

  showCount(status) {
    const [words, kind] = status.state === "queued" ? [`Waiting, place ${status.place} in line`, "wait"] : (STATES[status.state] ?? [status.state, ""]);
    const shown = this.past === null || this.past === undefined ? words : "Looking back";
    write(this.state, shown);
    this.dot.className = `dot ${this.past == null ? kind : "past"}`;
    const step = this.past ?? status.step;
    const epochs = status.steps_per_epoch > 1 ? `Epoch ${whole(Math.floor(step / status.steps_per_epoch))} · ` : "";
    write(this.count, `${epochs}step ${whole(step)}`.replace(/^s/, "S"));
    const rate = status.state === "playing" && status.rate > 0 ? `${whole(status.rate)} steps/s` : "";
    const left = status.state === "playing" ? leftWords(status) : "";
    write(this.rate, [rate, left].filter(Boolean).join(" · "));
  }

  showTimeline(status) {
    const frames = status.frames ?? [];
    this.scrub.disabled = frames.length < 2;
    this.scrub.max = Math.max(0, frames.length - 1);
    slide(this.scrub, this.past == null ? frames.length - 1 : Math.max(0, frames.findIndex((step) => step >= this.past)));
    this.scrub.setAttribute("aria-valuetext", `step ${this.past ?? status.step}`);
    this.live.hidden = this.past == null;
  }

  showWords(status) {
    const { problem } = this.link;
    const refused = problem && performance.now() - problem.at < HINT_MS ? problem.words : "";
    if (refused && this.refused !== problem) {
      this.refused = problem;
      setTimeout(() => this.outer.isConnected && this.changed(), HINT_MS + 50);
    }
    const plain = status.message === "Finished." ? "" : status.message;
    const words = refused || plain || "";
    write(this.message, words);
    this.message.hidden = !words;
    this.message.classList.toggle("calm", !refused && status.state === "finished"); // an end that was wanted is no warning
  }

  destroy() {
    clearTimeout(this.later);
    this.deafen();
  }
}

function write(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

function whole(value) {
  return (value >= 100 || Number.isInteger(value) ? Math.round(value) : Number(value.toFixed(1))).toLocaleString("en-US");
}

function leftWords({ seconds_left: seconds, total }) {
  if (!Number.isFinite(seconds) || seconds === null) return "";
  if (seconds < 1) return "almost done";
  const words = seconds < 90 ? `${Math.round(seconds)} s` : seconds < 5400 ? `${Math.round(seconds / 60)} min` : seconds < 172800 ? `${Math.round(seconds / 3600)} h` : "";
  return words ? `${words} left of ${whole(total)} steps` : "";
}

export const mount = mounter(Transport);
