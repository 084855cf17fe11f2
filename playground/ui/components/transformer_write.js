// A text as it is written, token by token: tinted by how unlikely each was, with what else could have stood there.

import { el, mounter } from "./base.js";
import { visible } from "./transformer_heads.js";

const LOOK = `
.written { font-size: 17px; line-height: 1.85; white-space: pre-wrap; overflow-wrap: anywhere; min-height: 210px; max-height: 460px; overflow-y: auto; padding: 12px 16px; border: 1px solid var(--line); border-radius: 12px;
  background: color-mix(in srgb, var(--paper) 97%, var(--ink)); }
.written .given { color: var(--muted); } .written .given.lost { opacity: 0.45; }
.written button { display: inline; white-space: pre-wrap; padding: 2px 0; border-radius: 4px; line-height: inherit; text-align: left; font: inherit; }
.written button:hover { box-shadow: 0 0 0 1.5px var(--accent); } .written button[aria-pressed="true"] { box-shadow: 0 0 0 2px var(--accent); }
.written button.fixed { text-decoration: underline; text-decoration-color: var(--accent); text-underline-offset: 4px; }
.written .pen { display: inline-block; width: 2px; height: 1.1em; background: var(--accent); vertical-align: -3px; animation: blink 1s steps(2) infinite; }
@keyframes blink { 50% { opacity: 0; } }
.choices { display: flex; flex-wrap: wrap; gap: 5px; margin-top: 9px; align-items: center; min-height: 34px; font-size: 12.5px; color: var(--muted); }
.choices button { display: inline-flex; gap: 7px; align-items: baseline; border: 1px solid var(--line); padding: 3px 9px; font-size: 13px; color: var(--ink); white-space: pre; }
.choices button:hover { border-color: var(--accent); } .choices button b { font-weight: 500; color: var(--muted); font-size: 11.5px; font-variant-numeric: tabular-nums; }
.choices button.taken { background: color-mix(in srgb, var(--accent) 14%, var(--paper)); border-color: color-mix(in srgb, var(--accent) 50%, transparent); }
.choices button:disabled { opacity: 0.45; cursor: default; }
`;

class Write {
  static reads = "views";

  constructor(root) {
    this.style = el("style");
    this.style.textContent = LOOK;
    this.text = el("div", { class: "written", role: "log", "aria-label": "Text being written", tabindex: "0", dir: "auto" });
    this.choices = el("div", { class: "choices", role: "group", "aria-label": "What else could stand here" });
    root.append(this.style, this.text, this.choices);
    this.shown = []; // tokens on the page
  }

  set(mount, source, emit) {
    Object.assign(this, { spec: mount.spec, source, emit });
    this.changed();
  }

  changed() {
    const { source } = this;
    const [prompt, written, shares] = [source.array("prompt"), source.array("written"), source.array("shares")];
    this.vocabulary = source.words("vocabulary");
    if (!prompt || !written || !this.vocabulary.length) return;
    const begun = source.number("begun") ?? 0;
    const now = [...written.data];
    const said = [...prompt.data].map((each) => this.vocabulary[each]).join("");
    let same = 0;
    while (same < now.length && same < this.shown.length && this.shown[same].token === now[same] && this.shown[same].fixed === same < begun && this.said === said) same += 1;
    if (this.said !== said || !this.pen) {
      this.said = said;
      this.pen = el("span", { class: "pen", "aria-hidden": "true" });
      this.text.replaceChildren(el("span", { class: "given" }, said), this.pen);
      this.shown = [];
      same = 0;
      this.picked = null;
    }
    for (const gone of this.shown.splice(same)) {
      gone.node.remove();
      gone.end?.remove();
    }
    if (this.picked !== null && this.picked >= now.length) this.picked = null;
    const wide = shares?.shape[1] ?? 0;
    for (let i = same; i < now.length; i++) {
      const share = i < begun ? 1 : shares.data[(i - begun) * wide + wide - 1];
      this.shown.push({ token: now[i], fixed: i < begun, node: this.token(now[i], i, share, i < begun) });
      this.pen.before(this.shown[i].node);
      if (!this.vocabulary[now[i]].includes("\n")) continue;
      this.shown[i].end = el("br");
      this.pen.before(this.shown[i].end);
    }
    if (same < now.length && this.picked === null) this.text.scrollTop = this.text.scrollHeight;
    this.offer();
  }

  token(id, i, share, fixed) {
    const strength = Math.min(1, -Math.log2(Math.max(share, 1e-6)) / 9);
    const node = el("button", { type: "button", class: fixed ? "fixed" : null, title: fixed ? "kept from before the branch" : `drawn with ${(100 * share).toFixed(1)} %`,
      style: { background: strength > 0.03 ? `color-mix(in srgb, #f59322 ${Math.round(62 * strength)}%, transparent)` : "" }, onclick: () => this.pick(i) }, this.vocabulary[id].replaceAll("\n", "↵"));
    return node;
  }

  pick(i) {
    this.picked = this.picked === i ? null : i;
    this.offer();
  }

  offer() {
    const [others, shares, written] = [this.source.array("others"), this.source.array("shares"), this.source.array("written")];
    const begun = this.source.number("begun") ?? 0;
    this.shown.forEach(({ node }, i) => node.setAttribute("aria-pressed", String(i === this.picked)));
    const at = this.picked ?? written.data.length - 1;
    const row = at - begun;
    if (at < 0) return this.choices.replaceChildren("Press Play: what else could stand at a token is shown here.");
    if (row < 0) return this.choices.replaceChildren("This token was kept when you branched off.");
    const [count, wide] = [others.shape[1], shares.shape[1]];
    const options = [];
    for (let k = 0; k < count; k++) {
      const [id, share] = [others.data[row * count + k], shares.data[row * wide + k]];
      const taken = id === written.data[at];
      options.push(el("button", { type: "button", class: taken ? "taken" : null, disabled: taken, title: taken ? "this one was drawn" : share > 0 ? "go on from here with this token" : "cut by the settings; press to take it all the same",
        onclick: () => this.branch(at, id) }, visible(this.vocabulary[id]), el("b", {}, share > 0 ? `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %` : "cut")));
    }
    this.choices.replaceChildren(this.picked === null ? "Last token:" : "Here could stand:", ...options);
  }

  branch(at, token) {
    const written = [...this.source.array("written").data].slice(0, at);
    this.picked = null;
    this.emit("drag", { name: "branch", tokens: [...written, token], done: true });
  }

  destroy() {
    for (const node of [this.style, this.text, this.choices]) node.remove();
  }
}

export const mount = mounter(Write);
