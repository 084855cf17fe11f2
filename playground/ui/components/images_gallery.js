// Thumbnails to choose from: a strip that scrolls sideways; each is a button with its name.

import { el, mounter } from "./base.js";
import { fit, picture } from "./convolution_bitmap.js";

const SIDE = 64;
const LOOK = `
.gallery { display: flex; gap: 8px; overflow-x: auto; padding: 3px 3px 8px; scrollbar-width: thin; }
.gallery button { flex: none; padding: 3px; border: 1px solid var(--line); border-radius: 10px; background: none; cursor: pointer; width: ${SIDE + 10}px; color: var(--muted);
  font: inherit; font-size: 11px; line-height: 1.25; }
.gallery button canvas { border-radius: 7px; margin: 0 auto 3px; }
.gallery button:hover { border-color: color-mix(in srgb, var(--accent) 60%, transparent); color: var(--ink); }
.gallery button[aria-pressed="true"] { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); color: var(--ink); font-weight: 600; }
.gallery button:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.gallery span { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
`;

class Gallery {
  static reads = "views";

  constructor(root) {
    this.style = el("style");
    this.style.textContent = LOOK;
    this.outer = el("div", { class: "gallery", role: "group" });
    root.append(this.style, this.outer);
  }

  set(mount, source, emit) {
    const { items, selected, alt } = mount.spec;
    const place = this.outer.scrollLeft;
    const held = this.outer.contains(this.outer.getRootNode().activeElement);
    this.outer.setAttribute("aria-label", alt);
    this.outer.replaceChildren(...items.map(({ key, title, array }) => {
      const canvas = el("canvas", { "aria-hidden": "true" });
      const pixels = source.array(array);
      const button = el("button", { type: "button", title, "aria-pressed": String(key === selected), onclick: () => this.choose(key, emit) }, canvas, el("span", {}, title));
      button.dataset.key = key;
      if (pixels) fit(canvas, SIDE, SIDE, (context) => { context.imageSmoothingEnabled = true; context.drawImage(picture(pixels), 0, 0, SIDE, SIDE); });
      return button;
    }));
    this.outer.scrollLeft = place;
    if (selected !== this.selected) { // what was chosen elsewhere is brought into sight, without moving the page
      this.selected = selected;
      const chosen = this.outer.querySelector('[aria-pressed="true"]');
      const [from, to] = [place, place + this.outer.clientWidth];
      if (chosen && (chosen.offsetLeft - this.outer.offsetLeft < from || chosen.offsetLeft - this.outer.offsetLeft + SIDE > to)) {
        this.outer.scrollLeft = chosen.offsetLeft - this.outer.offsetLeft - this.outer.clientWidth / 2 + SIDE / 2;
      }
    }
    if (held) this.outer.querySelector('[aria-pressed="true"]')?.focus({ preventScroll: true });
  }

  choose(key, emit) {
    this.selected = key;
    for (const each of this.outer.children) each.setAttribute("aria-pressed", String(each.dataset.key === key));
    emit("drag", { name: "picture", key, done: true });
  }

  changed() {}

  destroy() {
    this.outer.remove();
    this.style.remove();
  }
}

export const mount = mounter(Gallery);
