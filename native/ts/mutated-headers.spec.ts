import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { readSample, samples } from '../test/samples.ts';
import { probe } from './probe.ts';
import type { ProbeAnswer } from './probe-answer.ts';
import type { ByteRange } from './probe-input.ts';

const FIRST_RANGE_BYTES = 32 * 1024;
/** Probed at once, so that every thread of the pool is busy. */
const BATCH = 100;
/** The same ones each time, unless `MUTATED_HEADERS` asks for more. */
const REPEATABLE_BATCHES = 160;
const { MUTATED_HEADERS } = process.env;
const batches = MUTATED_HEADERS === undefined ? REPEATABLE_BATCHES : Math.ceil(Number(MUTATED_HEADERS) / BATCH);
const MAX_REQUESTS = 3;
/** Long, to tell a header that hangs the probe from a machine that is busy with other work. */
const TIMEOUT_MS = 60_000;
/**
 * V8's own heap and the arenas of newer glibcs take up to two thirds of it; the bytes of the headers would be twice as
 * many. Smaller leaks are LeakSanitizer's: sanitized-addon.spec.ts and every run of the fuzzer.
 */
const MAX_GROWTH_BYTES = 200 * 2 ** 20;

/** Bytes written over a file: `from` is in the file itself, else they are made up. */
type Edit = { readonly at: number; readonly bytes: Uint8Array } | { at: number; from: number; length: number };

interface MutatedFile {
  readonly original: Uint8Array;
  readonly edits: readonly Edit[];
  /** Cut short to so many bytes. */
  readonly keep: number;
  /** As the server states it. */
  readonly statedSize: 'true' | 'none' | 'twice' | 'huge';
  /** Where the first range begins; damaged callers are no excuse for a crash either. */
  readonly firstOffset: number;
}

const originals = samples
  .map(({ file }) => ({ file, bytes: readSample(file) }))
  .filter(({ bytes }) => bytes.length > 1000)
  // libav reads packets of MPEG-TS, which takes twenty times as long as a header: fewer of those.
  .map(({ file, bytes }) => ({ arbitrary: fc.constant(bytes), weight: file.endsWith('.ts') ? 1 : 4 }));

// A byte of the header, a byte anywhere, a number that arithmetic trips over, bytes moved from elsewhere.
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ at: fc.nat(2047), bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }) }),
  fc.record({ at: fc.nat(200_000), bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }) }),
  fc.record({
    at: fc.nat(4095),
    bytes: fc.constantFrom(
      Uint8Array.of(0xff, 0xff, 0xff, 0xff),
      Uint8Array.of(0x7f, 0xff, 0xff, 0xff),
      Uint8Array.of(0, 0, 0, 0),
      Uint8Array.of(0, 0, 0, 1),
    ),
  }),
  fc.record({ at: fc.nat(4095), from: fc.nat(4095), length: fc.nat(512) }),
);

const mutatedFile: fc.Arbitrary<MutatedFile> = fc.record({
  original: fc.oneof(...originals),
  edits: fc.array(edit, { maxLength: 8 }),
  keep: fc.oneof(fc.nat(4096), fc.nat(200_000), fc.constant(Number.MAX_SAFE_INTEGER)),
  statedSize: fc.constantFrom('true', 'true', 'none', 'twice', 'huge'),
  firstOffset: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, 4096),
});

/** A copy of one range of the file as mutated. */
function serve(file: MutatedFile, offset: number, lengthBytes: number): Uint8Array {
  const bytes = file.original.slice(offset, Math.min(offset + lengthBytes, trueSize(file)));
  for (const change of file.edits) {
    const source = 'from' in change ? file.original.subarray(change.from, change.from + change.length) : change.bytes;
    source.forEach((byte, i) => {
      // Past the end of a typed array nothing is written.
      bytes[change.at + i - offset] = byte;
    });
  }
  return bytes;
}

function trueSize({ original, keep }: MutatedFile): number {
  return Math.min(original.length, keep);
}

function statedSize(file: MutatedFile): number | null {
  const size = trueSize(file);
  return { true: size, none: null, twice: 2 * size, huge: 2 ** 53 - 1 }[file.statedSize];
}

/** The whole loop over a file in memory, as probe-svc runs it over HTTP. */
async function probeMutated(file: MutatedFile): Promise<void> {
  let sizeBytes = statedSize(file);
  const ranges: ByteRange[] = [];
  let next = { offset: file.firstOffset, lengthBytes: FIRST_RANGE_BYTES };
  for (let request = 1; request <= MAX_REQUESTS; request++) {
    const bytes = serve(file, next.offset, next.lengthBytes);
    ranges.push({ offset: next.offset, bytes });
    if (bytes.length < next.lengthBytes) sizeBytes ??= trueSize(file);
    const answer = await probe({ ranges, sizeBytes }, { timeoutMs: TIMEOUT_MS });
    checkAnswer(answer, ranges, sizeBytes);
    if (answer.kind !== 'need' || bytes.length === 0) return;
    next = answer;
  }
}

function checkAnswer(answer: ProbeAnswer, ranges: readonly ByteRange[], sizeBytes: number | null): void {
  switch (answer.kind) {
    case 'need': {
      const held = ranges.some(({ offset, bytes }) => answer.offset >= offset && answer.offset < offset + bytes.length);
      expect(held, 'asks for a byte at hand').to.equal(false);
      expect(answer.lengthBytes).to.be.within(1, 4 * 2 ** 20);
      expect(Number.isSafeInteger(answer.offset + answer.lengthBytes)).to.equal(true);
      if (sizeBytes !== null) expect(answer.offset + answer.lengthBytes).to.be.at.most(sizeBytes);
      return;
    }
    case 'media': {
      const { video, durationSeconds } = answer.media;
      expect(video.width).to.be.greaterThan(0);
      expect(video.height).to.be.greaterThan(0);
      expect(video.displayWidth).to.be.at.least(0);
      expect(video.displayHeight).to.be.at.least(0);
      if (durationSeconds !== null) expect(durationSeconds).to.be.within(Number.MIN_VALUE, Number.MAX_VALUE);
      return;
    }
    case 'failure':
      expect(answer.code).to.not.equal('PROBE_TIMEOUT');
  }
}

describe('probe on mutated headers', () => {
  it(`survives ${batches * BATCH} of them without crash, hang, leak or an impossible answer`, async () => {
    const openFiles = () => readdirSync('/proc/self/fd').length;
    const run = (numRuns: number, seed: number) =>
      fc.assert(
        fc.asyncProperty(fc.array(mutatedFile, { minLength: BATCH, maxLength: BATCH, size: 'max' }), async files => {
          await Promise.all(files.map(probeMutated));
        }),
        // Shrinking a hundred files at a time would take hours: the seed and the path lead back to them.
        { ...(MUTATED_HEADERS === undefined ? { seed } : {}), numRuns, endOnFailure: true },
      );
    const warmUp = Math.ceil(batches / 4);
    await run(warmUp, 1);
    const before = { bytes: process.memoryUsage.rss(), files: openFiles() };
    await run(batches - warmUp, 2);
    expect(process.memoryUsage.rss() - before.bytes).to.be.lessThan(MAX_GROWTH_BYTES);
    expect(openFiles()).to.equal(before.files);
  }).timeout(900_000);
});
