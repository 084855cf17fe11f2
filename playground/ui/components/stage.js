// The stage component: one plane with layers, live or still.

import { mounter } from "./base.js";
import { PlanePane } from "./plane.js";

class Stage {
  static reads = "views";

  constructor(root, memory, key) {
    this.pane = new PlanePane(root, memory, key);
  }

  set(mount, source, emit) {
    this.pane.set(mount.spec, source, { emit, events: mount.events, height: mount.height });
  }

  changed() {
    this.pane.refresh();
  }

  destroy() {
    this.pane.destroy();
  }
}

export const mount = mounter(Stage);
