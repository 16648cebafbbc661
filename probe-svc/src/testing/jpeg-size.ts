const START_OF_FRAME = 0xc0;

/** Width and height as a baseline JPEG states them; throws if it isn't whole, from its first marker to its last. */
export function jpegSize(jpeg: Uint8Array): { width: number; height: number } {
  const bytes = Buffer.from(jpeg);
  if (bytes.readUInt16BE(0) !== 0xffd8) throw new Error('no JPEG begins like this');
  if (bytes.readUInt16BE(bytes.length - 2) !== 0xffd9) throw new Error('the JPEG has no end');
  for (let position = 2; ; position += 2 + bytes.readUInt16BE(position + 2)) {
    if (bytes[position] !== 0xff) throw new Error(`no marker at byte ${position}`);
    if (bytes[position + 1] !== START_OF_FRAME) continue;
    return { height: bytes.readUInt16BE(position + 5), width: bytes.readUInt16BE(position + 7) };
  }
}
