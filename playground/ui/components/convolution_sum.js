// The sum behind one output cell, written out: every pixel times its weight.

import { el } from "./base.js";
import { brief, inkOn, signed } from "./convolution_sheet.js";

const NAMES = ["red", "green", "blue"];

/** Fills `node` with the products behind the cell at hand of `owner`, a Convolution. */
export function sum(node, owner) {
  const { input, weight, output, active } = owner.arrays;
  const { channel, side, padding, dilation, bias, relu } = owner.spec;
  const [channels, rows, columns] = input.shape;
  const [top, left] = owner.top;
  const terms = [];
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < side; i++) {
      for (let j = 0; j < side; j++) {
        const [row, column] = [top + i * dilation - padding, left + j * dilation - padding];
        const inside = row >= 0 && column >= 0 && row < rows && column < columns;
        const pixel = inside ? input.data[(c * rows + row) * columns + column] : 0;
        const factor = weight.data[((channel * channels + c) * side + i) * side + j];
        terms.push({ c, pixel, factor, inside, product: pixel * factor });
      }
    }
  }
  const [row, column] = owner.place;
  const total = output.data[(channel * owner.side + row) * owner.side + column];
  const after = active.data[(channel * owner.side + row) * owner.side + column];
  const color = signed(owner.theme, Math.max(1e-9, ...terms.map((each) => Math.abs(each.product))));
  const wide = side <= 3 ? 74 : side <= 5 ? 58 : 40;
  const cell = ({ pixel, factor, inside, product }) => {
    const css = color(product);
    const exact = `${brief(pixel, 4)} × ${brief(factor, 4)} = ${brief(product, 4)}${inside ? "" : " (padding)"}`;
    return el("div", { class: `cell${inside ? "" : " out"}`, title: exact, style: { background: css, color: inkOn(css), height: `${side <= 5 ? 38 : 26}px`, fontSize: side <= 3 ? "13px" : "11.5px" } },
      brief(product), side <= 5 ? el("small", {}, `${brief(pixel)} × ${brief(factor)}`) : null);
  };
  const slices = Array.from({ length: channels }, (_, c) => el("div", {}, channels > 1 ? el("div", { class: "name" }, NAMES[c]) : null,
    el("div", { class: "slice", style: { gridTemplateColumns: `repeat(${side}, minmax(0, ${wide}px))` } }, ...terms.filter((each) => each.c === c).map(cell))));
  const parts = Array.from({ length: channels }, (_, c) => terms.filter((each) => each.c === c).reduce((all, each) => all + each.product, 0));
  const sums = channels > 1 ? parts.map((each, c) => `${NAMES[c]} ${brief(each, 3)}`).join(" + ") : `${terms.length} product${terms.length > 1 ? "s" : ""} ${brief(parts[0], 3)}`;
  const positive = terms.filter((each) => each.product > 0).reduce((all, each) => all + each.product, 0);
  const line = el("p", { class: "total" }, `${sums} + bias ${brief(bias, 2)} = `, el("b", {}, brief(total, 3)), relu ? ` → max(0, ${brief(total, 3)}) = ` : "", relu ? el("b", {}, brief(after, 3)) : "",
    el("span", { class: "muted" }, `  blue ${brief(positive, 3)}, orange ${brief(parts.reduce((all, each) => all + each, 0) - positive, 3)}`));
  const words = el("p", {}, el("b", {}, `Output cell (${row + 1}, ${column + 1})`), el("span", { class: "muted" }, ` each pixel of the window · its weight`));
  node.replaceChildren(words, el("div", { class: "slices" }, ...slices), line);
}
