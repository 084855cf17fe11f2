// Arrays as pixels: pictures and feature maps painted without smoothing, and remembered while their array lasts.

import { table } from "./theme.js";

const made = new WeakMap(); // data -> {words of what was painted: canvas}

function remembered(data, words, paint) {
  if (!made.has(data)) made.set(data, new Map());
  const kept = made.get(data);
  if (!kept.has(words)) kept.set(words, paint());
  return kept.get(words);
}

function sheet(wide, tall, fill) {
  const canvas = Object.assign(document.createElement("canvas"), { width: wide, height: tall });
  const context = canvas.getContext("2d");
  const image = context.createImageData(wide, tall);
  fill(new Uint32Array(image.data.buffer));
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Plane number `plane` of an array (n, h, w) or (h, w): blue above zero, orange below, ±most at the ends. */
export function signedMap(array, plane, most, mode) {
  const [tall, wide] = array.shape.slice(-2);
  return remembered(array.data, `signed ${plane} ${most} ${mode}`, () => {
    const colors = table("diverging", mode);
    const scale = 127.5 / (most || 1);
    const start = plane * tall * wide;
    return sheet(wide, tall, (words) => {
      for (let i = 0; i < words.length; i++) words[i] = colors[Math.max(0, Math.min(255, Math.round(127.5 + array.data[start + i] * scale)))];
    });
  });
}

/** All planes of an array (n, h, w) side by side on one canvas, coloured as `signedMap` does; plane k begins at x = k · w. */
export function strip(array, most, mode) {
  const [count, tall, wide] = array.shape;
  return remembered(array.data, `strip ${most} ${mode}`, () => {
    const colors = table("diverging", mode);
    const scale = 127.5 / (most || 1);
    return sheet(count * wide, tall, (words) => {
      for (let k = 0, i = 0; k < count; k++) for (let row = 0; row < tall; row++) for (let column = 0; column < wide; column++, i++) {
        words[row * count * wide + k * wide + column] = colors[Math.max(0, Math.min(255, Math.round(127.5 + array.data[i] * scale)))];
      }
    });
  });
}

/** A picture: (h, w, 3) or (h, w) bytes, or (channels, h, w) bytes with `first` true; 1 channel is grey. `number` picks one of (n, …). */
export function picture(array, { first = false, number = null } = {}) {
  const shape = number === null ? array.shape : array.shape.slice(1);
  const channels = shape.length === 2 ? 1 : first ? shape[0] : shape[2];
  const [tall, wide] = shape.length === 2 ? shape : first ? shape.slice(1) : shape;
  return remembered(array.data, `picture ${number} ${first}`, () => {
    const start = (number ?? 0) * channels * tall * wide;
    const at = (pixel, channel) => array.data[start + (first ? channel * tall * wide + pixel : pixel * channels + channel)];
    return sheet(wide, tall, (words) => {
      for (let i = 0; i < words.length; i++) {
        const [r, g, b] = channels === 1 ? [at(i, 0), at(i, 0), at(i, 0)] : [at(i, 0), at(i, 1), at(i, 2)];
        words[i] = ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
      }
    });
  });
}

/** A canvas of `wide` × `tall` CSS pixels for `paint(context)`; pixels stay square and sharp. */
export function fit(canvas, wide, tall, paint) {
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(tall * ratio)) {
    canvas.width = Math.round(wide * ratio);
    canvas.height = Math.round(tall * ratio);
    Object.assign(canvas.style, { width: `${wide}px`, height: `${tall}px` });
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.imageSmoothingEnabled = false;
  context.clearRect(0, 0, wide, tall);
  paint(context);
}
