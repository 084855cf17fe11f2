// Files to take home: a button each, fetched when pressed; what went wrong is said below.

import { el, mounter } from "./base.js";

class Files {
  static reads = "views";

  constructor(root) {
    this.list = el("div", { class: "takes" });
    this.words = el("div", { class: "words", role: "alert", hidden: true });
    root.append(this.list, this.words);
  }

  set(mount) {
    const { files, row } = mount.spec;
    this.list.classList.toggle("row", Boolean(row));
    const shown = JSON.stringify(files);
    if (shown === this.shown) return; // a button that is being waited for stays as it is
    this.shown = shown;
    this.list.replaceChildren(...files.map((file) => this.button(file)));
  }

  button(file) {
    const symbol = el("span", { class: "symbol", translate: "no", "aria-hidden": "true" }, file.icon);
    const label = el("span", {}, file.words);
    const node = el("button", { class: "take", type: "button", "aria-label": file.words }, symbol, label);
    node.addEventListener("click", () => this.take(file, node, label));
    return node;
  }

  async take(file, node, label) {
    node.disabled = true;
    const waiting = setTimeout(() => (label.textContent = `Making ${file.name} …`), 300);
    this.say("");
    try {
      const answer = await fetch(new URL(file.address.slice(1), document.baseURI));
      if (!answer.ok) throw new Error(await answer.text());
      save(await answer.blob(), file.name);
    } catch (error) {
      this.say(error instanceof TypeError ? "The server cannot be reached. Try again when it is back." : error.message);
    } finally {
      clearTimeout(waiting);
      label.textContent = file.words;
      node.disabled = false;
    }
  }

  say(words) {
    this.words.textContent = words;
    this.words.hidden = !words;
  }

  changed() {}

  destroy() {}
}

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name }).click(); // never in the page, so that no popover takes it for a click outside
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export const mount = mounter(Files);
