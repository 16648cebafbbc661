// Changes to finished files that no muxer of the ffmpeg CLI makes by itself.

export function cutInHalf(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length >> 1);
}

/** QuickTime files of before the file type box: the media is found by the box that comes first. */
export function dropFileTypeBox(bytes: Buffer): Buffer {
  const edited = Buffer.from(bytes);
  edited.write('wide', 4, 'latin1');
  return edited;
}

/** Writes a rotation by any angle into the first track's header (ISO/IEC 14496-12, 8.3.2, version 0). */
export function rotateTrack(bytes: Buffer, degrees: number): Buffer {
  const matrixOffset = 40;
  const edited = Buffer.from(bytes);
  const body = edited.indexOf('tkhd', 0, 'latin1') + 4;
  const radians = (degrees * Math.PI) / 180;
  const fixed = (value: number) => Math.round(value * 0x10000);
  const matrix = [
    fixed(Math.cos(radians)),
    fixed(Math.sin(radians)),
    0,
    fixed(-Math.sin(radians)),
    fixed(Math.cos(radians)),
    0,
  ];
  matrix.forEach((value, index) => {
    edited.writeInt32BE(value, body + matrixOffset + index * 4);
  });
  return edited;
}

/** Writes two channels into the first AudioSampleEntry of MPEG audio (ISO/IEC 14496-12, 12.2.3). */
export function stateTwoChannels(bytes: Buffer): Buffer {
  const edited = Buffer.from(bytes);
  edited.writeUInt16BE(2, edited.indexOf('mp4a', 0, 'latin1') + 20);
  return edited;
}

/** Turns subtitle tracks into tracks of timed metadata, as phones write them. */
export function textTracksToMetadata(bytes: Buffer): Buffer {
  const edited = Buffer.from(bytes);
  for (const [from, to] of [
    ['hdlr\0\0\0\0mhlrsbtl', 'hdlr\0\0\0\0mhlrmeta'],
    ['hdlr\0\0\0\0mhlrtext', 'hdlr\0\0\0\0mhlrmeta'],
    ['tx3g', 'mebx'],
  ] as const) {
    for (let at = edited.indexOf(from, 0, 'latin1'); at !== -1; at = edited.indexOf(from, at, 'latin1')) {
      edited.write(to, at, 'latin1');
    }
  }
  return edited;
}

const EBML = {
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  info: 0x1549a966,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  codecPrivate: 0x63a2,
  cluster: 0x1f43b675,
  simpleBlock: 0xa3,
  attachments: 0x1941a469,
  void: 0xec,
  /** Of no meaning, and as long as CodecPrivate's. */
  unknown: 0x63ff,
};

const PARENTS: readonly number[] = [EBML.tracks, EBML.trackEntry, EBML.cluster];
/** Track number, time and flags (RFC 9559, 10). */
const BLOCK_HEADER_BYTES = 4;

interface Element {
  readonly id: number;
  readonly begin: number;
  readonly body: number;
  readonly end: number;
}

/** Leaves a hole where Tracks were, puts them after the last cluster and names that place in the SeekHead. */
export function moveTracksAfterClusters(bytes: Buffer): Buffer {
  const header = readElement(bytes, 0);
  const segment = readElement(bytes, header.end);
  const children = readChildren(bytes, segment);
  const tracks = childOf(children, EBML.tracks);
  const seekHead = childOf(children, EBML.seekHead);
  const edited = Buffer.from(bytes);
  writeVoid(edited, tracks);
  writeSeekHead(edited, seekHead, [{ id: EBML.tracks, position: segment.end - segment.body }]);
  writeSize(edited, segment, segment.end - segment.body + (tracks.end - tracks.begin));
  return Buffer.concat([edited.subarray(0, segment.end), bytes.subarray(tracks.begin, tracks.end)]);
}

/** Puts an attachment of so many bytes before Info and Tracks, and names their new places in the SeekHead. */
export function attachBeforeInfo(bytes: Buffer, attachmentBytes: number): Buffer {
  const segment = readElement(bytes, readElement(bytes, 0).end);
  const children = readChildren(bytes, segment);
  const info = childOf(children, EBML.info);
  const tracks = childOf(children, EBML.tracks);
  const seekHead = childOf(children, EBML.seekHead);
  const attachment = Buffer.alloc(attachmentBytes);
  attachment.writeUInt32BE(EBML.attachments, 0);
  writeSize(attachment, { id: EBML.attachments, begin: 0, body: 12, end: attachmentBytes }, attachmentBytes - 12);
  const edited = Buffer.from(bytes);
  const newPlace = ({ begin }: Element) => begin - segment.body + attachmentBytes;
  writeSeekHead(edited, seekHead, [
    { id: EBML.info, position: newPlace(info) },
    { id: EBML.tracks, position: newPlace(tracks) },
  ]);
  writeSize(edited, segment, segment.end - segment.body + attachmentBytes);
  return Buffer.concat([edited.subarray(0, info.begin), attachment, edited.subarray(info.begin)]);
}

/** Writes H.264 as in a transport stream (Annex B): start codes instead of lengths, and nothing in CodecPrivate. */
export function toAnnexB(bytes: Buffer): Buffer {
  const segment = readElement(bytes, readElement(bytes, 0).end);
  const edited = Buffer.from(bytes);
  const replaceIn = (parent: Element): void => {
    for (const child of readChildren(bytes, parent)) {
      if (PARENTS.includes(child.id)) replaceIn(child);
      if (child.id === EBML.codecPrivate) edited.writeUInt16BE(EBML.unknown, child.begin);
      if (child.id === EBML.simpleBlock) writeStartCodes(edited.subarray(child.body + BLOCK_HEADER_BYTES, child.end));
    }
  };
  replaceIn(segment);
  return edited;
}

function writeStartCodes(picture: Buffer): void {
  for (let at = 0; at < picture.length; ) {
    const length = picture.readUInt32BE(at);
    picture.writeUInt32BE(1, at);
    at += 4 + length;
  }
}

function childOf(children: readonly Element[], id: number): Element {
  const child = children.find(element => element.id === id);
  if (child === undefined) throw new Error(`no EBML element ${id.toString(16)}`);
  return child;
}

function readChildren(bytes: Buffer, parent: Element): Element[] {
  const children: Element[] = [];
  for (let at = parent.body; at < parent.end; ) {
    const child = readElement(bytes, at);
    children.push(child);
    at = child.end;
  }
  return children;
}

function readElement(bytes: Buffer, begin: number): Element {
  const idBytes = Math.clz32(bytes.readUInt8(begin)) - 23;
  const sizeBytes = Math.clz32(bytes.readUInt8(begin + idBytes)) - 23;
  const body = begin + idBytes + sizeBytes;
  const size = BigInt(`0x${bytes.toString('hex', begin + idBytes, body)}`) - (1n << BigInt(7 * sizeBytes));
  return { id: bytes.readUIntBE(begin, idBytes), begin, body, end: body + Number(size) };
}

function writeSize(bytes: Buffer, { begin, body }: Element, size: number): void {
  const sizeBytes = body - begin - 4;
  bytes.write(
    ((1n << BigInt(7 * sizeBytes)) + BigInt(size)).toString(16).padStart(sizeBytes * 2, '0'),
    begin + 4,
    'hex',
  );
}

function writeVoid(bytes: Buffer, { begin, end }: Pick<Element, 'begin' | 'end'>): void {
  const headerBytes = 9;
  bytes.writeUInt8(EBML.void, begin);
  bytes.writeBigUInt64BE((1n << 56n) + BigInt(end - begin - headerBytes), begin + 1);
  bytes.fill(0, begin + headerBytes, end);
}

interface Seek {
  readonly id: number;
  readonly position: number;
}

function writeSeekHead(bytes: Buffer, { begin, end }: Element, seeks: readonly Seek[]): void {
  const entries = seeks.map(({ id, position }) => {
    const seek = Buffer.from('4dbb8e53ab840000000053ac8400000000', 'hex');
    seek.writeUInt32BE(id, 6);
    seek.writeUInt32BE(position, 13);
    return seek;
  });
  const body = Buffer.concat(entries);
  bytes.set(body, begin + 5);
  bytes.writeUInt8(0x80 + body.length, begin + 4);
  writeVoid(bytes, { begin: begin + 5 + body.length, end });
}
