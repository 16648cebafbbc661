import { expect } from 'chai';
import { MediaChangedError, type MediaReader, type MediaSource, MediaSourceError } from '../media-source.ts';
import { ReadMeter } from '../read-meter.ts';

export interface MediaSourceUnderTest {
  readonly source: MediaSource;
  /** Puts a file there, in place of one that was. */
  put(video: string, bytes: Uint8Array): Promise<void>;
}

const PLENTY = 10_000_000;

/** What every video source does. */
export function itIsAMediaSource(get: () => MediaSourceUnderTest): void {
  const content = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
  let meter: ReadMeter;
  let stop: AbortController;

  beforeEach(() => {
    meter = new ReadMeter();
    stop = new AbortController();
  });

  const open = (video: string): MediaReader => get().source.open(video, { meter, signal: stop.signal });

  const errorOf = async (read: Promise<unknown>): Promise<unknown> => {
    try {
      await read;
    } catch (error) {
      return error;
    }
    throw new Error('the read succeeded');
  };

  it('reads ranges of a video, and says its size and what they cost', async () => {
    await get().put('/videos/a.mp4', content);
    const reader = open('/videos/a.mp4');
    for (const [offset, lengthBytes] of [
      [0, 1_000],
      [50_000, 30_000],
    ] as const) {
      const slice = await reader.read({ offset, lengthBytes }, PLENTY);
      expect(Buffer.compare(slice.bytes, content.subarray(offset, offset + lengthBytes))).to.equal(0);
      expect(slice).to.include({ sizeBytes: 100_000, costBytes: lengthBytes });
    }
    expect(meter).to.include({ requests: 2, bytesRead: 31_000 });
  });

  it('reads only to the end of the video', async () => {
    await get().put('/videos/a.mp4', content);
    const { bytes } = await open('/videos/a.mp4').read({ offset: 99_000, lengthBytes: 32_768 }, PLENTY);
    expect(Buffer.compare(bytes, content.subarray(99_000))).to.equal(0);
  });

  it('reports that a video is empty', async () => {
    await get().put('/videos/empty.mp4', new Uint8Array(0));
    const slice = await open('/videos/empty.mp4').read({ offset: 0, lengthBytes: 1_000 }, PLENTY);
    expect([slice.bytes.length, slice.sizeBytes]).to.deep.equal([0, 0]);
  });

  it('reports that there is no such video', async () => {
    const error = await errorOf(open('/videos/nowhere.mp4').read({ offset: 0, lengthBytes: 1_000 }, PLENTY));
    expect(error).to.be.instanceOf(MediaSourceError);
    expect(error).to.have.property('reason', 'NOT_FOUND');
  });

  it('finds a video whatever its name holds', async () => {
    const names = [
      "/videos/Ladder & 'Tür' 100%25+x;=@[1]~.mp4",
      '/videos/监控 1/ü %2F.mp4',
      '/videos/a:b,c"|^`{}<>.mp4',
    ];
    for (const [index, name] of names.entries()) {
      const bytes = content.subarray(index, 1_000);
      await get().put(name, bytes);
      const slice = await open(name).read({ offset: 0, lengthBytes: 1_000 }, PLENTY);
      expect(Buffer.compare(slice.bytes, bytes), name).to.equal(0);
    }
  });

  it('notices that a video was replaced between two reads, also by one of the same size', async () => {
    for (const successor of [content.slice(10), content.map(byte => 255 - byte)]) {
      await get().put('/videos/a.mp4', content);
      const reader = open('/videos/a.mp4');
      await reader.read({ offset: 0, lengthBytes: 1_000 }, PLENTY);
      await get().put('/videos/a.mp4', successor);
      const error = await errorOf(reader.read({ offset: 1_000, lengthBytes: 1_000 }, PLENTY));
      expect(error).to.be.instanceOf(MediaChangedError);
    }
  });

  it('rejects with the reason of the signal', async () => {
    await get().put('/videos/a.mp4', content);
    const reader = open('/videos/a.mp4');
    const reading = errorOf(reader.read({ offset: 0, lengthBytes: 1_000 }, PLENTY));
    const reason = new Error('no longer wanted');
    stop.abort(reason);
    expect(await reading).to.equal(reason);
  });
}
