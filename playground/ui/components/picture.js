// Pictures in a plane, bytes as they are; in a player each fades into the next, so that a few make a smooth film.

import { picture } from "./convolution_bitmap.js";

/** Draws a picture layer. `P` is the plane's projection. */
export function paintPicture(context, layer, P) {
  const array = P.array(layer.array);
  if (!array || array.data.length === 0) return;
  const [x, y] = [layer.x ?? P.x, layer.y ?? P.y];
  const [left, top] = [P.X(x[0]), P.Y(y[1])];
  const put = (number) => context.drawImage(picture(array, { number }), left, top, P.X(x[1]) - left, P.Y(y[0]) - top);
  context.imageSmoothingEnabled = layer.smooth;
  if (!layer.animated) return put(null);
  const last = array.shape[0] - 1;
  const place = Math.max(0, Math.min(last, P.frame ?? last));
  const number = Math.floor(place);
  put(number);
  if (number === place) return;
  context.globalAlpha = place - number;
  put(number + 1);
  context.globalAlpha = 1;
}
