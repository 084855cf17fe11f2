// One WebSocket a run and page, shared by all components that show the run.

import { decode } from "./packets.js";

const LINGER_MS = 1500; // a component that is mounted anew within this time finds the socket still open
const RETRY_MS = [250, 500, 1000, 2000, 4000];

const links = new Map(); // token -> Link

/** Counters for tests and measurements. */
export const lab = (window.__lab ??= { frames: 0, seq: 0, painted: 0, state: "", step: 0, token: "", errors: [], parts: {} });

/** The link to a run; every `connect` needs one `release`. */
export function connect(token) {
  if (!links.has(token)) links.set(token, new Link(token));
  const link = links.get(token);
  link.users += 1;
  clearTimeout(link.ending);
  return link;
}

class Link {
  constructor(token) {
    this.token = token;
    this.users = 0;
    this.listeners = new Set();
    this.view = null; // content of the latest view packet
    this.scene = null;
    this.metrics = new Columns();
    this.status = null;
    this.problem = null; // {words, at}: the last refused request
    this.trouble = ""; // why nothing arrives, in words
    this.failures = 0;
    this.dirty = false;
    this.open();
  }

  release() {
    this.users -= 1;
    if (this.users > 0) return;
    this.ending = setTimeout(() => this.close(), LINGER_MS);
  }

  /** Calls `listener` at most once a frame after something arrived. Returns the function that ends it. */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Sends a request; false when there is no connection. */
  send(message) {
    if (this.socket?.readyState !== WebSocket.OPEN) {
      this.complain("Not connected to the run; trying again.");
      return false;
    }
    this.socket.send(JSON.stringify(message));
    return true;
  }

  open() {
    const address = new URL(`../live/${encodeURIComponent(this.token)}`, import.meta.url);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = (this.socket = new WebSocket(address));
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.opened();
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = (event) => this.lost(event);
  }

  opened() {
    this.failures = 0;
    this.trouble = "";
    this.notify();
  }

  close() {
    if (this.users > 0) return;
    links.delete(this.token);
    clearTimeout(this.retry);
    this.socket.onclose = null;
    this.socket.close();
  }

  lost(event) {
    if (!links.has(this.token)) return;
    const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
    this.failures += 1;
    // One lost connection is usually back before a person has read about it.
    if (this.failures > 2) this.trouble = event.code === 4404 ? "This run is no longer known to the server." : "No connection to the run; trying again.";
    this.retry = setTimeout(() => this.open(), wait * (0.8 + 0.4 * Math.random()));
    this.notify();
  }

  receive(data) {
    lab.seq += 1;
    try {
      if (typeof data === "string") this.hear(JSON.parse(data));
      else this.take(decode(data));
      if (this.trouble.startsWith("A message")) this.trouble = "";
    } catch (error) {
      this.trouble = `A message from the run could not be read. ${error.message}`;
      lab.errors.push(this.trouble);
    }
    this.notify();
  }

  hear(message) {
    if (message.kind === "problem") this.complain(String(message.message));
    else if (message.kind === "status") {
      this.status = message;
      Object.assign(lab, { state: message.state, step: message.step, token: this.token });
    }
  }

  take({ kind, content }) {
    if (kind === "view") {
      this.view = content;
      lab.frames += 1;
    } else if (kind === "scene") this.scene = content;
    else if (kind === "metrics") this.metrics.add(content);
  }

  complain(words) {
    this.problem = { words, at: performance.now() };
    this.notify();
  }

  notify() {
    if (this.dirty) return;
    this.dirty = true;
    requestAnimationFrame(() => {
      this.dirty = false;
      for (const listener of [...this.listeners]) listener();
    });
  }
}

/** Metric columns that grow: step and one column a metric, all of one length. */
export class Columns {
  constructor() {
    this.count = 0;
    this.columns = {};
    this.version = 0;
  }

  add(content) {
    if (content.reset) {
      this.count = 0;
      this.columns = {};
    }
    const rows = content.step?.data?.length ?? 0;
    const names = new Set([...Object.keys(this.columns), ...Object.keys(content).filter((name) => content[name]?.data)]);
    for (const name of names) this.extend(name, content[name]?.data, rows);
    this.count += rows;
    this.version += 1;
  }

  extend(name, fresh, rows) {
    const needed = this.count + rows;
    let column = this.columns[name];
    if (!column || column.length < needed) {
      const grown = new Float64Array(Math.max(256, 2 * needed)).fill(NaN);
      if (column) grown.set(column.subarray(0, this.count));
      column = this.columns[name] = grown;
    }
    for (let i = 0; i < rows; i++) column[this.count + i] = fresh ? fresh[i] : NaN;
  }

  /** The values of one metric so far, or undefined. */
  get(name) {
    return this.columns[name]?.subarray(0, this.count);
  }
}
