// The way of one token through a GPT: stages that open to their numbers, drawn as strips of colour, matrices and tables.

import { el, mounter } from "./base.js";
import { fixed } from "./numerals.js";
import { visible } from "./transformer_heads.js";
import { entry, readTheme, table } from "./theme.js";

const LOOK = `
.stages { display: grid; gap: 7px; }
.stages details { border: 1px solid var(--line); border-radius: 10px; background: color-mix(in srgb, var(--paper) 97%, var(--ink)); }
.stages summary { cursor: pointer; display: grid; grid-template-columns: 25px minmax(150px, 0.7fr) 1fr; gap: 4px 12px; align-items: center; padding: 8px 12px; list-style: none; }
.stages summary::-webkit-details-marker { display: none; }
.stages summary:focus-visible { outline: 2px solid var(--accent); border-radius: 10px; }
.stages .number { width: 23px; height: 23px; border-radius: 50%; background: var(--soft); display: grid; place-items: center; font-size: 12px; font-weight: 600; }
.stages details[open] .number { background: var(--accent); color: #fff; }
.stages .title { font-weight: 600; font-size: 13.5px; } .stages .title small { display: block; font-weight: 400; color: var(--muted); font-size: 12px; line-height: 1.35; }
.stages .body { padding: 2px 14px 13px 49px; display: grid; gap: 11px; }
.stages .formula { font-family: Georgia, "Times New Roman", serif; font-style: italic; font-size: 15px; }
.stages p { margin: 0; color: var(--muted); font-size: 12.5px; max-width: 75ch; }
.strip { display: grid; grid-template-columns: 104px minmax(0, 1fr); gap: 3px 10px; align-items: center; font-size: 12px; }
.strip .name { color: var(--muted); text-align: right; overflow-wrap: anywhere; } .strip .name b { color: var(--ink); font-weight: 600; }
.strip canvas { width: 100%; border-radius: 3px; image-rendering: pixelated; box-shadow: inset 0 0 0 1px var(--line); touch-action: pan-y; }
.strip .few { grid-column: 2; color: var(--muted); font-variant-numeric: tabular-nums; font-size: 11.5px; overflow-wrap: anywhere; min-height: 1.5em; }
.strip .few b { color: var(--ink); }
.cells { overflow-x: auto; max-height: 300px; overflow-y: auto; } .cells table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 12px; }
.cells th { font-weight: 500; color: var(--muted); text-align: right; padding: 2px 11px 5px 0; position: sticky; top: 0; background: color-mix(in srgb, var(--paper) 97%, var(--ink)); }
.cells td { text-align: right; padding: 2px 11px 2px 0; white-space: pre; } .cells td:first-child, .cells th:first-child { text-align: left; }
.cells tr.at td { font-weight: 650; } .cells td.faint { color: var(--muted); opacity: 0.6; }
.cells .bar { display: inline-block; height: 11px; border-radius: 3px; background: #0877bd; vertical-align: -1px; }
@container (max-width: 560px) { .stages summary { grid-template-columns: 25px 1fr; } .stages summary .strip { grid-column: 1 / -1; } .stages .body { padding-left: 12px; } .strip { grid-template-columns: 70px minmax(0, 1fr); } }
`;

class Stages {
  static reads = "views";

  constructor(root, memory) {
    this.memory = memory;
    this.memory.open ??= null;
    this.style = el("style");
    this.style.textContent = LOOK;
    this.outer = el("div", { class: "stages" });
    root.append(this.style, this.outer);
  }

  set(mount, source) {
    Object.assign(this, { spec: mount.spec, source });
    this.memory.open ??= this.spec.open;
    this.changed();
  }

  changed() {
    this.theme = readTheme(this.outer);
    this.outer.replaceChildren(...this.spec.stages.map((stage, k) => this.stage(stage, k)));
  }

  stage(stage, k) {
    const lead = stage.strips?.find((each) => each.lead) ?? stage.strips?.[0];
    const head = el("summary", {}, el("span", { class: "number" }, String(k + 1)), el("span", { class: "title" }, stage.title, el("small", {}, stage.short)),
      lead ? this.strip({ ...lead, name: "" }, 13, false) : el("span"));
    const body = el("div", { class: "body" });
    const node = el("details", { open: this.memory.open.includes(stage.key) }, head, body);
    const fill = () => {
      if (!node.open || body.childNodes.length) return;
      if (stage.formula) body.append(el("div", { class: "formula" }, stage.formula));
      for (const each of stage.strips ?? []) body.append(this.strip(each, each.rows ? 9 * each.rows : 20, true));
      if (stage.table) body.append(this.cells(stage.table));
      if (stage.words) body.append(el("p", {}, stage.words));
    };
    node.addEventListener("toggle", () => {
      this.memory.open = this.memory.open.filter((key) => key !== stage.key).concat(node.open ? [stage.key] : []);
      fill();
    });
    fill();
    return node;
  }

  /** Numbers as colours, zero in the middle; `rows` breaks a long vector, or is what a matrix has. */
  strip({ name, array, rows = 1, marks = null, of = "" }, tall, numbers) {
    const found = this.source.array(array);
    const node = el("div", { class: "strip" });
    if (!found) return node;
    const { data } = found;
    const columns = Math.ceil(data.length / rows);
    const most = Math.max(1e-9, ...spread(data));
    const canvas = el("canvas", { role: "img", "aria-label": `${name || of}: ${data.length} numbers from ${fixed(Math.min(...data))} to ${fixed(Math.max(...data))}` });
    Object.assign(canvas, { width: columns, height: rows });
    canvas.style.height = `${tall}px`;
    const image = new ImageData(columns, rows);
    const words = new Uint32Array(image.data.buffer);
    const tints = table("diverging", this.theme.mode);
    for (let i = 0; i < data.length; i++) words[i] = tints[Math.round(127.5 + 127.5 * Math.max(-1, Math.min(1, data[i] / most)))];
    canvas.getContext("2d").putImageData(image, 0, 0);
    node.append(el("span", { class: "name" }, name), canvas);
    if (!numbers) {
      if (!name) node.style.gridTemplateColumns = "minmax(0, 1fr)", node.firstChild.remove();
      return node;
    }
    const few = el("span", { class: "few" });
    const rest = () => few.replaceChildren(`${[...data.slice(0, 6)].map(brief).join("  ")}${data.length > 6 ? `  … ${data.length.toLocaleString("en")} numbers` : ""}`);
    canvas.addEventListener("pointermove", (event) => {
      const box = canvas.getBoundingClientRect();
      const column = Math.min(columns - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * columns)));
      const row = Math.min(rows - 1, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * rows)));
      const i = row * columns + column;
      if (i >= data.length) return;
      const where = marks ? `${marks} ${Math.floor(i / (data.length / this.spec.heads)) + 1}, ` : found.shape.length > 1 ? `${visible(this.spec.words[row] ?? "")}, ` : "";
      few.replaceChildren(`${where}number ${found.shape.length > 1 ? column + 1 : i + 1}: `, el("b", {}, fixed(data[i], 4)));
    });
    canvas.addEventListener("pointerleave", rest);
    rest();
    node.append(few);
    return node;
  }

  cells({ heads, rows, at }) {
    const most = Math.max(1e-9, ...rows.map((row) => row.bar ?? 0));
    const line = (row, i) => el("tr", { class: i === at ? "at" : null }, ...row.cells.map((cell, k) => el("td", { class: cell === "−∞" || row.faint ? "faint" : null }, k ? cell : visible(cell))),
      row.bar === undefined ? null : el("td", { style: { textAlign: "left" } }, el("span", { class: "bar", style: { width: `${(120 * row.bar) / most}px` } })));
    const table_ = el("table", {}, el("thead", {}, el("tr", {}, ...heads.map((each) => el("th", {}, each)))), el("tbody", {}, ...rows.map(line)));
    return el("div", { class: "cells", tabindex: "0" }, table_);
  }

  destroy() {
    this.outer.remove();
    this.style.remove();
  }
}

/** The largest size, without the few that stand out: the palette then shows the rest. */
function spread(data) {
  const sizes = Float32Array.from(data, Math.abs).sort();
  return [sizes[Math.floor(0.985 * (sizes.length - 1))]];
}

function brief(value) {
  return fixed(value, Math.abs(value) >= 100 ? 0 : 2);
}

export const mount = mounter(Stages);
