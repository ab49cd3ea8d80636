export type Cbor = number | string | boolean | Uint8Array | readonly Cbor[] | ReadonlyMap<Cbor, Cbor>;

/** CBOR as authenticators write it: shortest lengths, members in the order that they are given (RFC 8949 §3). */
export function cbor(value: Cbor): Buffer {
  if (typeof value === 'boolean') return Buffer.from([value ? 0xf5 : 0xf4]);
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (isList(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  return Buffer.concat([head(5, value.size), ...[...value].flat().map((part) => cbor(part))]);
}

function isList(value: readonly Cbor[] | ReadonlyMap<Cbor, Cbor>): value is readonly Cbor[] {
  return Array.isArray(value);
}

function head(major: number, count: number): Buffer {
  const kind = major << 5;
  if (count < 24) return Buffer.from([kind | count]);
  if (count < 0x100) return Buffer.from([kind | 24, count]);
  if (count < 0x10000) return Buffer.from([kind | 25, count >> 8, count & 0xff]);
  const wide = Buffer.alloc(5);
  wide[0] = kind | 26;
  wide.writeUInt32BE(count, 1);
  return wide;
}
