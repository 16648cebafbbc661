/** DER, as far as certificates need it: https://www.itu.int/rec/T-REC-X.690 */
const TAGS = { boolean: 0x01, integer: 0x02, bitString: 0x03, octetString: 0x04, oid: 0x06, utf8String: 0x0c } as const;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
const CONTEXT = 0x80;
const CONSTRUCTED = 0x20;

export function sequence(...items: readonly Uint8Array[]): Buffer {
  return tagged(SEQUENCE, ...items);
}

export function set(...items: readonly Uint8Array[]): Buffer {
  return tagged(SET, ...items);
}

/** `[number] EXPLICIT` around other values. */
export function explicit(number: number, ...items: readonly Uint8Array[]): Buffer {
  return tagged(CONTEXT | CONSTRUCTED | number, ...items);
}

/** `[number] IMPLICIT`, of a value that isn't made of others. */
export function implicit(number: number, content: Uint8Array): Buffer {
  return tagged(CONTEXT | number, content);
}

/** Not negative: its bytes, the highest first. */
export function integer(bytes: Uint8Array): Buffer {
  const significant = bytes.subarray(bytes.findIndex(byte => byte !== 0));
  // One zero, if the highest bit would be read as the sign; any other one is wrong.
  const isNegative = ((significant[0] ?? 0) & 0x80) !== 0;
  return tagged(TAGS.integer, isNegative ? Buffer.from([0]) : Buffer.of(), significant);
}

export function trueValue(): Buffer {
  return tagged(TAGS.boolean, Buffer.from([0xff]));
}

/** @param unusedBits of the last byte */
export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return tagged(TAGS.bitString, Buffer.from([unusedBits]), bytes);
}

export function octetString(bytes: Uint8Array): Buffer {
  return tagged(TAGS.octetString, bytes);
}

export function utf8String(text: string): Buffer {
  return tagged(TAGS.utf8String, Buffer.from(text));
}

/** @param dotted such as `2.5.4.3` */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(TAGS.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** To the second, before the year 2050. */
export function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replace(/\D/g, '');
  return tagged(UTC_TIME, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function tagged(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.byteLength)]), content]);
}

function lengthBytes(length: number): readonly number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

function base128(value: number): readonly number[] {
  const groups = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    groups.unshift((rest & 0x7f) | 0x80);
  return groups;
}
