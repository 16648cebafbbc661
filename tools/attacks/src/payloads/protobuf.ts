/** A message of gRPC: a byte that says whether it is compressed, its length, itself. */
export function frame(message: Uint8Array, compressed = false): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt8(compressed ? 1 : 0, 0);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

/** A length-delimited field (wire type 2). */
export function lengthDelimited(fieldNumber: number, content: Uint8Array): Buffer {
  return Buffer.concat([varint(fieldNumber * 8 + 2), varint(content.length), content]);
}

/** Field 1 as an empty message, over and over: two bytes on the wire, an object in memory. */
export function emptyItems(count: number): Buffer {
  return Buffer.from('0a00'.repeat(count), 'hex');
}

/** Fields that no message has, each of three bytes. */
export function unknownFields(count: number): Buffer {
  return repeat(Buffer.concat([varint(2047 * 8), varint(1)]), count);
}

/** Messages in field 1 of each other. */
export function nestedItems(depth: number): Buffer {
  let message: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) message = lengthDelimited(1, message);
  return message;
}

/** Groups of an unknown field in each other. */
export function nestedGroups(depth: number): Buffer {
  const start = varint(2047 * 8 + 3);
  const end = varint(2047 * 8 + 4);
  return Buffer.concat([repeat(start, depth), repeat(end, depth)]);
}

function repeat(content: Buffer, count: number): Buffer {
  return Buffer.alloc(content.length * count, content);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
