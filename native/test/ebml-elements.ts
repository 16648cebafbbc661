import { bytesOf } from './mp4-boxes.ts';

/** An element of EBML: id, size in eight bytes, body. */
export function ebmlElement(id: number, ...body: readonly (string | Uint8Array)[]): Buffer {
  const bytes = bytesOf(...body);
  const idBytes = Buffer.from(id.toString(16).padStart(Math.ceil(id.toString(16).length / 2) * 2, '0'), 'hex');
  return bytesOf(idBytes, Buffer.from([0x01, 0, 0, 0]), bytes.length, bytes);
}

const number = (...bytes: readonly number[]) => Buffer.from(bytes);

/**
 * A Matroska video that names other files in every way the format has: linked segments, chapters of them, attachments.
 */
export function matroskaWithReferences(name: string): Buffer {
  const header = ebmlElement(0x1a45dfa3, ebmlElement(0x4282, 'matroska'), ebmlElement(0x4287, number(4)));
  const uid = Buffer.alloc(16, 7);
  const info = ebmlElement(
    0x1549a966,
    ebmlElement(0x2ad7b1, number(0x0f, 0x42, 0x40)),
    ebmlElement(0x73a4, uid),
    ebmlElement(0x7384, name),
    ebmlElement(0x3cb923, uid),
    ebmlElement(0x3c83ab, name),
    ebmlElement(0x3eb923, uid),
    ebmlElement(0x3e83bb, name),
    ebmlElement(0x4444, uid),
  );
  const tracks = ebmlElement(
    0x1654ae6b,
    ebmlElement(
      0xae,
      ebmlElement(0xd7, number(1)),
      ebmlElement(0x73c5, number(1)),
      ebmlElement(0x83, number(1)),
      ebmlElement(0x86, 'V_VP8'),
      ebmlElement(0xe0, ebmlElement(0xb0, number(64)), ebmlElement(0xba, number(48))),
    ),
  );
  const chapters = ebmlElement(
    0x1043a770,
    ebmlElement(0x45b9, ebmlElement(0xb6, ebmlElement(0x73c4, number(1)), ebmlElement(0x6e67, uid))),
  );
  const attachments = ebmlElement(
    0x1941a469,
    ebmlElement(
      0x61a7,
      ebmlElement(0x466e, name),
      ebmlElement(0x4660, 'application/x-mpegurl'),
      ebmlElement(0x465c, `#EXTM3U\n${name}\n`),
      ebmlElement(0x46ae, number(1)),
    ),
  );
  const cluster = ebmlElement(0x1f43b675, ebmlElement(0xe7, number(0)));
  return bytesOf(header, ebmlElement(0x18538067, info, tracks, chapters, attachments, cluster));
}
