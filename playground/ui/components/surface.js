// The surface component: one surface to turn by hand, live or still.

import { mounter } from "./base.js";
import { SolidPane } from "./solid.js";

class Surface {
  static reads = "views";

  constructor(root, memory, key) {
    this.pane = new SolidPane(root, memory, key);
  }

  set(mount, source, emit) {
    this.pane.set(mount.spec, source, { emit, height: mount.height });
  }

  changed() {
    this.pane.refresh();
  }

  destroy() {
    this.pane.destroy();
  }
}

export const mount = mounter(Surface);
