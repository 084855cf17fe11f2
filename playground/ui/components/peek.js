// Pictures that follow a slider or a handle while it moves: asked for directly, without a run of the page's script.

import { decode } from "./packets.js";
import { lab } from "./live.js";
import { paintAll } from "./pane.js";

const SETTLE_MS = 250; // a picture that comes with the page is shown once nothing has been asked for so long

const hosts = new Map(); // mount key -> Host
const peeks = new Map(); // address -> Peek
let listening = false;

class Peek {
  constructor({ address, prefix }) {
    Object.assign(this, { address, prefix, users: 0, busy: false, next: null, asked: 0, gone: false });
  }

  /** Asks for the pictures of these settings; while one answer is awaited only the newest request is kept. */
  async ask(settings) {
    if (this.gone) return;
    this.asked = performance.now();
    if (this.busy) {
      this.next = settings;
      return;
    }
    this.busy = true;
    try {
      const answer = await fetch(new URL(this.address.slice(1), document.baseURI), { method: "POST", body: JSON.stringify(settings) });
      if (answer.ok) this.show(await answer.arrayBuffer());
      else if (answer.status === 404) this.gone = true; // the script run that follows brings the picture, and the words when something is wrong
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // no connection: the page says so itself
    } finally {
      this.busy = false;
    }
    const next = this.next;
    this.next = null;
    if (next) this.ask(next);
  }

  show(bytes) {
    lab.peeks = (lab.peeks ?? 0) + 1;
    const { content } = decode(new Uint8Array(bytes));
    for (const [key, picture] of Object.entries(content)) hosts.get(key)?.show(picture.data);
    paintAll(); // at once: the next frame would be one frame late
  }

  get fresh() {
    return this.busy || performance.now() - this.asked < SETTLE_MS;
  }
}

/** A mounted component joins the pictures of `asked` ({address, prefix}); returns its peek. */
export function join(asked, key, host) {
  hosts.set(key, host);
  if (!peeks.has(asked.address)) {
    for (const [address, each] of peeks) if (each.prefix === asked.prefix) peeks.delete(address); // of an earlier session of this page
    peeks.set(asked.address, new Peek(asked));
  }
  if (!listening) listen();
  return peeks.get(asked.address);
}

export function leave(key, host) {
  if (hosts.get(key) === host) hosts.delete(key);
}

export { SETTLE_MS };

// Sliders --------------------------------------------------------------------------------------------------------------------

const known = new WeakMap(); // input -> what it said when last looked at
let watching = 0;

function listen() {
  listening = true;
  document.addEventListener("pointerdown", (event) => event.target.closest?.("[data-testid=stSlider]") && watch(Infinity), true);
  document.addEventListener("pointerup", () => watching && watch(3), true);
  document.addEventListener("pointercancel", () => watching && watch(3), true);
  document.addEventListener("keydown", (event) => event.target.matches?.("input[type=range]") && watch(4), true);
  document.addEventListener("keydown", () => watching && setTimeout(() => look(true)), true); // the slider has moved by then: no need to wait for a frame
}

/** Looks at the sliders once a frame, for so many frames more. */
function watch(frames) {
  const before = watching;
  watching = frames;
  if (before) return;
  look(false);
  requestAnimationFrame(turn);
}

function turn() {
  look(true);
  watching -= 1;
  if (watching > 0) requestAnimationFrame(turn);
}

function look(ask) {
  for (const peek of peeks.values()) {
    const fields = {};
    for (const node of document.querySelectorAll(`[class*="st-key-${CSS.escape(peek.prefix)}"] input[type=range]`)) {
      const said = `${node.value}|${node.getAttribute("aria-valuetext")}`;
      const moved = ask && known.has(node) && known.get(node) !== said;
      known.set(node, said);
      if (!moved) continue;
      const name = [...node.closest('[class*="st-key-"]').classList].find((each) => each.startsWith(`st-key-${peek.prefix}`)).slice(7 + peek.prefix.length);
      fields[name] = { value: node.value, text: node.getAttribute("aria-valuetext") };
    }
    if (Object.keys(fields).length) peek.ask({ fields });
  }
}
