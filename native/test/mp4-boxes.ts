/** Bytes of numbers and texts: a text as it is, a number as 32 bits big-endian. */
export function bytesOf(...parts: readonly (number | string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map(part => {
      if (typeof part === 'string') return Buffer.from(part, 'latin1');
      if (typeof part !== 'number') return part;
      const word = Buffer.alloc(4);
      word.writeUInt32BE(part);
      return word;
    }),
  );
}

/** A box of ISO base media: size, type, body. */
export function mp4Box(type: string, ...body: readonly (number | string | Uint8Array)[]): Buffer {
  const bytes = bytesOf(...body);
  return bytesOf(8 + bytes.length, type, bytes);
}

export interface Mp4TrackClaims {
  readonly samples: number;
  readonly handler?: 'vide' | 'soun';
  /** Of a video. The probe hides the tables of `avc1` from libav; those of the usual `avc3` it does not. */
  readonly codec?: 'avc3' | 'avc1';
  /** Duration of each sample in units of the track. */
  readonly sampleDuration?: number;
  readonly samplesPerChunk?: number;
  readonly edits?: number;
  /** Width and height of a sample of the picture. */
  readonly pixelAspect?: readonly [number, number];
  readonly dataReference?: Uint8Array;
}

const SELF_CONTAINED = mp4Box('url ', 1);

/** A track of samples of one byte, with as many claimed as wanted: its size does not depend on their number. */
export function mp4Track(claims: Mp4TrackClaims): Buffer {
  const { samples, handler = 'vide', codec = 'avc3', sampleDuration = 512, edits = 0 } = claims;
  const { samplesPerChunk = samples, dataReference = SELF_CONTAINED, pixelAspect } = claims;
  const tables = mp4Box(
    'stbl',
    mp4Box('stsd', 0, 1, handler === 'vide' ? videoEntry(codec, pixelAspect) : pcmEntry()),
    mp4Box('stts', 0, 1, samples, sampleDuration),
    mp4Box('stsc', 0, 1, 1, samplesPerChunk, 1),
    mp4Box('stsz', 0, 1, samples),
    mp4Box('stco', 0, 1, 32),
  );
  const references = mp4Box('dinf', mp4Box('dref', 0, 1, dataReference));
  const header = handler === 'vide' ? mp4Box('vmhd', 1, 0, 0) : mp4Box('smhd', 0, 0);
  return mp4Box(
    'trak',
    mp4Box('tkhd', 3, 0, 0, 1, 0, 10_000, Buffer.alloc(16), identityMatrix(), 640 << 16, 480 << 16),
    edits > 0 ? mp4Box('edts', mp4Box('elst', 0, edits, ...Array.from({ length: edits }, oneEdit))) : '',
    mp4Box(
      'mdia',
      mp4Box('mdhd', 0, 0, 0, 12_800, 128_000, 0),
      mp4Box('hdlr', 0, 0, handler, Buffer.alloc(13)),
      mp4Box('minf', header, references, tables),
    ),
  );
}

/** A whole file of tracks and next to no media. */
export function mp4File(...moovBody: readonly Uint8Array[]): Buffer {
  return bytesOf(
    mp4Box('ftyp', 'isom', 512, 'isom'),
    mp4Box('moov', mp4Box('mvhd', 0, 0, 0, 1000, 10_000, Buffer.alloc(80)), ...moovBody),
    mp4Box('mdat', Buffer.alloc(64)),
  );
}

function oneEdit(): Buffer {
  return bytesOf(10_000, 0, 0x10000);
}

function identityMatrix(): Buffer {
  return bytesOf(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
}

function videoEntry(codec: string, pixelAspect: Mp4TrackClaims['pixelAspect']): Buffer {
  const size = bytesOf((640 << 16) | 480);
  const rest = Buffer.alloc(50);
  rest.writeUInt16BE(1, 12);
  rest.writeUInt16BE(24, 46);
  rest.writeInt16BE(-1, 48);
  const configuration = codec === 'avc1' ? avcConfiguration() : '';
  const aspect = pixelAspect ? mp4Box('pasp', ...pixelAspect) : '';
  return mp4Box(codec, 0, 1, Buffer.alloc(16), size, rest, configuration, aspect);
}

/** With a sequence parameter set that states nothing of use. */
function avcConfiguration(): Buffer {
  return mp4Box('avcC', Buffer.from([1, 66, 0, 30, 0xff, 0xe1, 0, 4, 0x67, 66, 0, 30, 0]));
}

function pcmEntry(): Buffer {
  return mp4Box('sowt', 0, 1, 0, 0, (2 << 16) | 16, 0, 48_000 * 65_536);
}

export interface PlacedBox {
  readonly type: string;
  readonly begin: number;
  readonly body: number;
  /** Exclusive. */
  readonly end: number;
}

/** The boxes of 32 bit sizes from `begin` to `end`. */
export function boxesIn(bytes: Buffer, begin = 0, end = bytes.length): PlacedBox[] {
  const boxes: PlacedBox[] = [];
  for (let at = begin; at + 8 <= end; at = boxes.at(-1)?.end ?? end) {
    const size = Math.max(bytes.readUInt32BE(at), 8);
    boxes.push({
      type: bytes.toString('latin1', at + 4, at + 8),
      begin: at,
      body: at + 8,
      end: Math.min(at + size, end),
    });
  }
  return boxes;
}

/** All boxes of that path, such as `moov/trak/tkhd`, in the order of the file. */
export function findBoxes(bytes: Buffer, path: string): PlacedBox[] {
  const root: PlacedBox = { type: '', begin: 0, body: 0, end: bytes.length };
  return path
    .split('/')
    .reduce(
      (parents, type) =>
        parents.flatMap(parent => boxesIn(bytes, parent.body, parent.end).filter(box => box.type === type)),
      [root],
    );
}

/** Puts another box in the place of the first of that path, and gives the boxes around it their new sizes. */
export function replaceBox(bytes: Buffer, path: string, box: Uint8Array): Buffer {
  const types = path.split('/');
  const [place] = findBoxes(bytes, path);
  if (place === undefined) throw new Error(`there is no ${path}`);
  const edited = bytesOf(bytes.subarray(0, place.begin), box, bytes.subarray(place.end));
  for (let depth = 1; depth < types.length; depth++) {
    const around = findBoxes(bytes, types.slice(0, depth).join('/')).find(({ end }) => end >= place.end);
    if (around !== undefined) {
      edited.writeUInt32BE(around.end - around.begin + edited.length - bytes.length, around.begin);
    }
  }
  return edited;
}
