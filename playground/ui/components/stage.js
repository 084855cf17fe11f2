// The stage component: one plane with layers, live or still.

import { PlanePane } from "./plane.js";
import { single } from "./single.js";

export const mount = single(PlanePane);
