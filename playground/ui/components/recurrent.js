// A recurrent cell along one sequence: input, gates, states and answers over time, and the equations of the step at hand in numbers.

import { el, mounter, slide } from "./base.js";
import { Pane, place } from "./pane.js";
import { category, color, entry, table } from "./theme.js";
import { equations, spoken } from "./recurrent_equations.js";

const LOOK = `
.along { display: flex; flex-wrap: wrap; gap: 8px 26px; align-items: flex-start; }
.along .maps { flex: 1 1 520px; min-width: 0; } .along .side { flex: 0 1 340px; min-width: min(300px, 100%); }
.side h4 { margin: 2px 0 8px; font-size: 14px; font-weight: 600; } .side h4 span { color: var(--muted); font-weight: 400; }
.eq { display: grid; grid-template-columns: auto minmax(0, 1fr) 52px; gap: 4px 9px; align-items: baseline; font-variant-numeric: tabular-nums; font-size: 13px; }
.eq .left { font-style: italic; font-family: Georgia, "Times New Roman", serif; font-size: 15px; white-space: nowrap; }
.eq .mid { color: var(--muted); overflow-wrap: anywhere; } .eq .mid i { font-family: Georgia, "Times New Roman", serif; }
.eq .value { font-weight: 650; text-align: right; padding: 1px 6px; border-radius: 5px; }
.eq hr { grid-column: 1 / -1; width: 100%; border: 0; border-top: 1px solid var(--line); margin: 3px 0; }
.side p { margin: 9px 0 0; color: var(--muted); font-size: 12.5px; } .side p b { color: var(--ink); }
.scrub { display: flex; align-items: center; gap: 10px; margin-top: 6px; }
`;
const GUTTER = 84, RIGHT = 6, STRIP = 26, GAP = 8;
const LEAST = 2, MOST = 9, BLOCK = 66; // pixels of one unit's row, and about of a whole block

class Along {
  static reads = "views";

  constructor(root, memory, key) {
    this.style = el("style");
    this.style.textContent = LOOK;
    const maps = el("div", { class: "maps" });
    this.side = el("div", { class: "side", "aria-live": "off" });
    root.append(this.style, (this.outer = el("div", { class: "along" }, maps, this.side)));
    this.maps = new Maps(maps, memory, key, () => this.tell());
  }

  set(mount, source) {
    this.maps.set(mount.spec, source);
  }

  changed() {
    this.maps.retheme();
  }

  tell() {
    this.side.replaceChildren(...equations(this.maps));
  }

  destroy() {
    this.maps.destroy();
    this.outer.remove();
    this.style.remove();
  }
}

class Maps extends Pane {
  constructor(host, memory, key, tell) {
    super(host, memory, key);
    this.tell = tell;
    this.range = el("input", { type: "range", min: "1", step: "1", "aria-label": "Time step" });
    this.range.addEventListener("input", () => this.go(Number(this.range.value) - 1, this.memory.unit));
    this.where = el("span", { class: "count" });
    this.outer.append(el("div", { class: "scrub" }, this.range, this.where));
    const move = (event) => {
      const [x, y] = place(event, this.canvas);
      const row = this.rows?.find((each) => y >= each.top && y < each.top + each.tall);
      if (!this.steps || x < GUTTER) return;
      const unit = row?.map ? Math.floor((y - row.top) / this.pixel) : this.memory.unit;
      this.go(Math.floor((x - GUTTER) / this.wide), unit);
    };
    this.canvas.addEventListener("pointermove", move);
    this.canvas.addEventListener("pointerdown", move);
    this.canvas.addEventListener("keydown", (event) => {
      const [dt, du] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Home: [-1e9, 0], End: [1e9, 0] }[event.key] ?? [];
      if (dt === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      this.go(this.memory.t + dt, this.memory.unit + du);
      this.speak(spoken(this), true);
    });
  }

  set(spec, source) {
    Object.assign(this, { spec, source });
    this.describe(spec.alt, "Left and right arrow keys choose a time step, up and down a unit.");
    this.retheme();
  }

  /** What the packets hold now. */
  read() {
    const { source } = this;
    const [gates, hidden, carried] = ["gates", "hidden", "carried"].map((name) => source.array(name));
    if (!gates || !hidden) return false;
    const cell = source.get("cell");
    Object.assign(this, { cell, gates, hidden, fromInputs: source.array("from_inputs"), fromState: source.array("from_state"), carried: carried?.data.length ? carried : null });
    [, this.units, this.steps] = gates.shape;
    const { memory } = this;
    memory.t = clamp(memory.t ?? Math.round(this.steps / 3), this.steps);
    memory.unit = clamp(memory.unit ?? 0, this.units);
    this.pixel = Math.max(LEAST, Math.min(MOST, Math.floor(BLOCK / this.units)));
    return true;
  }

  lay() {
    const tall = this.pixel * this.units;
    const blocks = this.spec.blocks[this.cell] ?? [];
    const rows = [{ words: "input", tall: STRIP, strip: "token" }];
    blocks.forEach(([words, signed], block) => rows.push({ words, tall, map: this.gates, offset: block * this.units * this.steps, columns: this.steps, skip: 0, low: signed ? -1 : 0, high: 1, signed }));
    if (this.carried) {
      const most = Math.max(1, ...this.carried.data.map(Math.abs));
      rows.push({ words: "cell state c", tall, map: this.carried, offset: 0, columns: this.steps + 1, skip: 1, low: -most, high: most, signed: true });
    }
    if (this.cell !== "rnn") rows.push({ words: "state h", tall, map: this.hidden, offset: 0, columns: this.steps + 1, skip: 1, low: -1, high: 1, signed: true });
    rows.push({ words: "answer", tall: STRIP, strip: "answer" });
    let top = 2;
    for (const row of rows) {
      row.top = top;
      top += row.tall + GAP;
    }
    this.rows = rows;
    return top + 12;
  }

  height() {
    return this.read() ? this.lay() : 220;
  }

  draw(context, width) {
    if (!this.read()) return;
    this.lay();
    this.wide = (width - GUTTER - RIGHT) / this.steps;
    context.imageSmoothingEnabled = false;
    for (const row of this.rows) {
      context.font = `12px ${this.theme.font}`;
      context.fillStyle = this.theme.ink;
      context.textAlign = "right";
      context.textBaseline = "middle";
      context.fillText(row.words, GUTTER - 9, row.top + row.tall / 2);
      if (row.map) this.paintMap(context, row);
      else this.paintStrip(context, row);
    }
    this.paintCross(context);
    this.paintTicks(context);
    this.range.max = this.steps;
    slide(this.range, this.memory.t + 1);
    this.where.textContent = `step ${this.memory.t + 1} of ${this.steps}`;
    this.tell();
  }

  paintMap(context, row) {
    const image = new ImageData(this.steps, this.units);
    const words = new Uint32Array(image.data.buffer);
    const colors = table(row.signed ? "diverging" : "sequential", this.theme.mode);
    const scale = 255 / (row.high - row.low);
    for (let u = 0; u < this.units; u++) for (let t = 0; t < this.steps; t++) {
      const value = row.map.data[row.offset + u * row.columns + t + row.skip];
      words[u * this.steps + t] = colors[Math.max(0, Math.min(255, Math.round((value - row.low) * scale)))];
    }
    this.sheet ??= document.createElement("canvas");
    Object.assign(this.sheet, { width: this.steps, height: this.units });
    this.sheet.getContext("2d").putImageData(image, 0, 0);
    context.drawImage(this.sheet, GUTTER, row.top, this.wide * this.steps, row.tall);
    context.strokeStyle = this.theme.faint;
    context.lineWidth = 1;
    context.strokeRect(GUTTER - 0.5, row.top - 0.5, this.wide * this.steps + 1, row.tall + 1);
  }

  /** A row of small tiles: what comes in, or what is said at the steps where an answer is asked for. */
  paintStrip(context, row) {
    const { source, theme } = this;
    const words = source.words(`${row.strip}_words`);
    const [level, kind, mark, right] = ["token_level", "token_kind", "token_mark", "answer_right"].map((name) => source.array(name)?.data);
    const ramp = table("sequential", theme.mode);
    const spread = table("diverging", theme.mode);
    const room = Math.max(...words.map((each) => each.length)) * 6.6 + 3 <= this.wide;
    for (let t = 0; t < this.steps; t++) {
      const x = GUTTER + t * this.wide;
      let css = null;
      if (row.strip === "answer") css = right && right[t] === right[t] ? entry(spread, 255 * right[t]) : null;
      else if (kind?.[t] >= 0) css = category(kind[t], theme);
      else if (level && level[t] === level[t]) css = entry(ramp, 255 * level[t]);
      context.fillStyle = css ?? theme.faint;
      context.globalAlpha = css ? (row.strip === "token" && kind?.[t] >= 0 ? 0.85 : 1) : 0.35;
      context.fillRect(x + 0.5, row.top, Math.max(1, this.wide - 1), row.tall);
      context.globalAlpha = 1;
      if (row.strip === "token" && mark?.[t]) {
        context.strokeStyle = color("negative", theme);
        context.lineWidth = 2;
        context.strokeRect(x + 1.5, row.top + 1, Math.max(1, this.wide - 3), row.tall - 2);
      }
      if (room && words[t]) {
        context.font = `600 ${Math.min(12, this.wide * 0.8 + 2)}px ${theme.font}`;
        context.textAlign = "center";
        context.fillStyle = css && row.strip === "token" && kind?.[t] >= 0 ? "#fff" : inkOn(css, theme);
        context.fillText(words[t], x + this.wide / 2, row.top + row.tall / 2 + 0.5);
      }
    }
  }

  paintCross(context) {
    const { t, unit } = this.memory;
    const x = GUTTER + t * this.wide;
    context.strokeStyle = this.theme.ink;
    context.lineWidth = 1.5;
    context.strokeRect(x - 0.5, this.rows[0].top - 1.5, this.wide + 1, this.rows.at(-1).top + this.rows.at(-1).tall - this.rows[0].top + 3);
    for (const row of this.rows) {
      if (!row.map) continue;
      context.lineWidth = 1;
      context.strokeRect(GUTTER, row.top + unit * this.pixel - 0.5, this.wide * this.steps, this.pixel + 1);
    }
  }

  paintTicks(context) {
    const bottom = this.rows.at(-1).top + this.rows.at(-1).tall + 4;
    context.font = `11px ${this.theme.font}`;
    context.fillStyle = this.theme.muted;
    context.textBaseline = "top";
    context.textAlign = "center";
    const every = [1, 2, 5, 10, 20, 50].find((each) => each * this.wide >= 26) ?? 100;
    for (let t = every - 1; t < this.steps; t += every) context.fillText(String(t + 1), GUTTER + (t + 0.5) * this.wide, bottom);
    context.textAlign = "right";
    context.fillText("time step", GUTTER - 9, bottom);
  }

  go(t, unit) {
    this.memory.t = clamp(t, this.steps);
    this.memory.unit = clamp(unit, this.units);
    this.request();
  }
}

function clamp(value, count) {
  return Math.max(0, Math.min(count - 1, value));
}

/** Ink that can be read on a colour of the form rgb(r,g,b). */
function inkOn(css, theme) {
  if (!css) return theme.muted;
  const [r, g, b] = css.match(/\d+/g).map(Number);
  return 0.3 * r + 0.59 * g + 0.11 * b > 140 ? "#1c2430" : "#ffffff";
}

export const mount = mounter(Along);
