// Numbers as people write them: a true minus, and nothing below zero that is shown as zero.

/** A number with so many decimals. */
export function fixed(value, decimals = 2) {
  const words = value.toFixed(decimals);
  return Number(words) === 0 ? words.replace("-", "") : words.replace("-", "−");
}

/** About three digits: 1.23, 12.3, 123. */
export function short(value) {
  const size = Math.abs(value);
  return fixed(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}
