// Reads the binary form that core/packets.py writes:
// u32 header length | header JSON | padding | arrays, little endian, every array at a multiple of 8 bytes.

const SIZES = { f4: 4, f8: 8, f2: 2, u1: 1, i4: 4, i2: 2, i8: 8, b1: 1 };
const SPECIAL = { nan: NaN, inf: Infinity, "-inf": -Infinity };

export class PacketError extends Error {}

/** An array of a packet: flat numbers in row-major order, and their shape. */
export class NumberArray {
  constructor(data, shape, dtype) {
    this.data = data;
    this.shape = shape;
    this.dtype = dtype;
  }
}

/**
 * Decodes a packet.
 * @param {ArrayBuffer|Uint8Array} bytes
 * @returns {{kind: string, content: Object}} content holds NumberArrays and plain values by name
 * @throws {PacketError} with words, when the bytes are not a packet
 */
export function decode(bytes) {
  // A Uint8Array handed over by Streamlit lies unaligned in a larger buffer, so it is copied first.
  const buffer = bytes instanceof ArrayBuffer ? bytes : bytes?.slice?.().buffer;
  if (!buffer || buffer.byteLength < 4) throw new PacketError("A packet arrived empty.");
  const header = readHeader(buffer);
  const content = {};
  for (const [name, value] of Object.entries(header.values)) content[name] = Object.hasOwn(SPECIAL, value) ? SPECIAL[value] : value;
  for (const row of header.arrays) content[row[0]] = readArray(buffer, row);
  return { kind: String(header.kind), content };
}

function readHeader(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  if (4 + length > buffer.byteLength) throw new PacketError(`A packet of ${buffer.byteLength} bytes claims a header of ${length} bytes.`);
  let header;
  try {
    header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  } catch {
    throw new PacketError("The header of a packet could not be read.");
  }
  if (typeof header?.values !== "object" || header.values === null || !Array.isArray(header.arrays)) throw new PacketError("The header of a packet is incomplete.");
  return header;
}

function readArray(buffer, row) {
  const [name, dtype, shape, offset] = Array.isArray(row) ? row : [];
  if (!Object.hasOwn(SIZES, dtype) || !Array.isArray(shape)) throw new PacketError(`The array “${name}” is of a kind that pictures cannot hold.`);
  const count = shape.reduce((product, size) => product * size, 1);
  const fits = Number.isInteger(offset) && offset >= 0 && count >= 0 && offset % SIZES[dtype] === 0 && offset + count * SIZES[dtype] <= buffer.byteLength;
  if (!fits) throw new PacketError(`The array “${name}” reaches beyond its packet.`);
  return new NumberArray(readNumbers(buffer, dtype, offset, count), shape, dtype);
}

function readNumbers(buffer, dtype, offset, count) {
  switch (dtype) {
    case "f4": return new Float32Array(buffer, offset, count);
    case "f8": return new Float64Array(buffer, offset, count);
    case "f2": return halves(new Uint16Array(buffer, offset, count));
    case "i4": return new Int32Array(buffer, offset, count);
    case "i2": return new Int16Array(buffer, offset, count);
    case "i8": return Float64Array.from(new BigInt64Array(buffer, offset, count), Number);
    default: return new Uint8Array(buffer, offset, count);
  }
}

let halfTable = null; // all 65,536 half-precision numbers: one look-up each is several times faster than the arithmetic

function halves(codes) {
  halfTable ??= Float32Array.from({ length: 65536 }, (_, code) => half(code));
  const out = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) out[i] = halfTable[codes[i]];
  return out;
}

function half(code) {
  const sign = code & 0x8000 ? -1 : 1;
  const exponent = (code >> 10) & 31;
  const fraction = code & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
