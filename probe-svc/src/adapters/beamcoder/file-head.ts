import type { SparseFile } from '@vigie/media-source';

/** The bytes from the file's start up to the first gap, in memory of their own. */
export function copyHead(file: SparseFile): Buffer<ArrayBuffer> {
  const ranges = [];
  let end = 0;
  for (const range of file.ranges) {
    if (range.offset !== end) break;
    ranges.push(range);
    end += range.bytes.length;
  }
  const head = Buffer.from(new ArrayBuffer(end));
  for (const { offset, bytes } of ranges) head.set(bytes, offset);
  return head;
}

const BOX_HEADER_BYTES = 8;

/** What the top-level boxes of an MP4 say, as far as they are in the head. */
export function readMp4Layout(head: Buffer): { moovAtEnd: boolean; fragmented: boolean } {
  const types: string[] = [];
  let offset = 0;
  while (offset + 2 * BOX_HEADER_BYTES <= head.length) {
    types.push(head.toString('latin1', offset + 4, offset + BOX_HEADER_BYTES));
    const shortSize = head.readUInt32BE(offset);
    const size = shortSize === 1 ? Number(head.readBigUInt64BE(offset + BOX_HEADER_BYTES)) : shortSize;
    if (size < BOX_HEADER_BYTES) break;
    offset += size;
  }
  const moov = types.indexOf('moov');
  const mdat = types.indexOf('mdat');
  const fragmented = types.includes('moof') || head.includes('mvex');
  return { moovAtEnd: !fragmented && mdat >= 0 && (moov < 0 || mdat < moov), fragmented };
}
