import { readFile } from 'node:fs/promises';

/**
 * An MP4 whose `moov` box, at its beginning, has a table of `samples` sizes, 4 bytes each. Legal, and all of it has to
 * be read before the video is known. (ISO/IEC 14496-12, 8.7.3)
 * @param file an MP4 with its `moov` box before its `mdat` box
 */
export async function withManySamples(file: string, samples: number): Promise<Buffer> {
  const boxes = readBoxes(await readFile(file));
  return Buffer.concat(boxes.map(box => (box.type === 'moov' ? growSampleSizes(box, samples) : box.bytes)));
}

interface Box {
  readonly type: string;
  /** With its header of 8 bytes. */
  readonly bytes: Buffer;
}

const CONTAINERS = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl']);

function growSampleSizes(box: Box, samples: number): Buffer {
  if (box.type === 'stsz') return makeBox('stsz', sampleSizes(samples));
  if (!CONTAINERS.has(box.type)) return box.bytes;
  return makeBox(
    box.type,
    Buffer.concat(readBoxes(box.bytes.subarray(8)).map(inner => growSampleSizes(inner, samples))),
  );
}

function sampleSizes(samples: number): Buffer {
  const table = Buffer.alloc(12 + 4 * samples);
  table.writeUInt32BE(samples, 8);
  for (let index = 0; index < samples; index++) table.writeUInt32BE(1 + (index % 7), 12 + 4 * index);
  return table;
}

function readBoxes(bytes: Buffer): Box[] {
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    boxes.push({ type: bytes.toString('latin1', at + 4, at + 8), bytes: bytes.subarray(at, at + size) });
    at += size;
  }
  return boxes;
}

function makeBox(type: string, content: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + content.length, 0);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, content]);
}
