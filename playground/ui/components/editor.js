// A small number field that floats over a drawing.

import { el } from "./base.js";

export class Editor {
  /** `apply` receives the edit with its value; `leave` is called when the field closes by keyboard. */
  constructor(host, apply, leave) {
    Object.assign(this, { host, apply, leave, edit: null });
    this.label = el("label", { for: "value" });
    this.input = el("input", { id: "value", type: "text", inputmode: "decimal", autocomplete: "off" });
    this.problem = el("p", { role: "alert", hidden: true });
    const save = el("button", { class: "small", type: "button" }, "Apply");
    const cancel = el("button", { class: "small", type: "button" }, "Cancel");
    this.node = el("div", { class: "editor", role: "dialog", hidden: true }, this.label, this.input, this.problem, el("div", { class: "row" }, save, cancel));
    save.addEventListener("click", () => this.submit());
    cancel.addEventListener("click", () => this.close(true));
    this.node.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.close(true);
      else if (event.key === "Enter" && event.target === this.input) this.submit();
    });
    host.append(this.node);
  }

  open(edit, words, value, [x, y]) {
    this.edit = edit;
    this.label.textContent = words;
    this.node.setAttribute("aria-label", words);
    this.input.value = Number.isFinite(value) ? String(Number(value.toPrecision(6))) : "";
    this.problem.hidden = true;
    this.node.hidden = false;
    const left = Math.max(0, Math.min(x - 95, this.host.clientWidth - 194));
    const top = y + 14 + this.node.offsetHeight > this.host.clientHeight ? Math.max(0, y - this.node.offsetHeight - 12) : y + 14;
    this.node.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    this.input.focus();
    this.input.select();
  }

  submit() {
    const text = this.input.value.trim().replace("−", "-").replace(/^([+-]?\d*),(\d+)$/, "$1.$2");
    const value = Number(text);
    if (!text || !Number.isFinite(value)) return this.refuse(text ? `“${text}” is not a number. Type one such as 0.5 or -2.` : "Type a number such as 0.5 or -2.");
    if (Math.abs(value) > 1e6) return this.refuse("A weight may be at most a million either way.");
    this.apply({ ...this.edit, value });
    return this.close(true);
  }

  refuse(words) {
    this.problem.textContent = words;
    this.problem.hidden = false;
    this.input.focus();
  }

  close(byHand = false) {
    if (this.node.hidden) return;
    this.node.hidden = true;
    this.edit = null;
    if (byHand) this.leave();
  }
}
