import { randomBytes } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { create, type DescMessage, fromBinary, fromJson, type Message, toBinary, toJson } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { FieldMaskSchema, FileDescriptorSetSchema, StructSchema } from '@bufbuild/protobuf/wkt';
import { Code, type ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { AlertSchema, file_vigie_alert_v1_alert } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  BatchCreateAlertsRequestSchema,
  WatchAlertsRequestSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { ProbeStreamRequestSchema } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { checkJson } from './check-json.ts';
import { checkWire } from './check-wire.ts';
import { decodeBinary } from './decode-binary.ts';
import { DEFAULT_DECODE_LIMITS, type DecodeLimits } from './decode-limits.ts';
import { inflate } from './inflate.ts';

const MIB = 1024 * 1024;

/** The bound that a refusal names, or its reason where it is about no bound. */
function boundOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    const info = (error as ConnectError).findDetails(ErrorInfoSchema)[0];
    return info?.metadata.bound ?? info?.reason;
  }
  return undefined;
}

const wire = (schema: DescMessage, bytes: Uint8Array, limits: DecodeLimits = DEFAULT_DECODE_LIMITS) =>
  boundOf(() => checkWire(schema, bytes, limits));
const json = (text: string, limits: DecodeLimits = DEFAULT_DECODE_LIMITS) =>
  boundOf(() => checkJson(Buffer.from(text), limits));

const repeated = (bytes: readonly number[], times: number) => Buffer.alloc(bytes.length * times, Buffer.from(bytes));

function nested(depth: number): Uint8Array {
  let bytes = Buffer.alloc(0);
  // google.protobuf.Struct: fields (1) -> value (2) -> struct_value (5).
  for (let level = 0; level < depth; level++) {
    const value = Buffer.from(new BinaryWriter().tag(5, 2).bytes(bytes).finish());
    const entry = new BinaryWriter().tag(2, 2).bytes(value).finish();
    bytes = Buffer.from(new BinaryWriter().tag(1, 2).bytes(entry).finish());
  }
  return bytes;
}

const alert = {
  uid: 'u'.repeat(128),
  video: `/${'v'.repeat(1019)}.mp4`,
  timestamp: 1748871320.68,
  store: '店'.repeat(128),
  labels: Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`${index}`.padEnd(63, 'k'), 'v'.repeat(256)])),
};
const thousandAlerts = create(BatchCreateAlertsRequestSchema, { alerts: Array(1000).fill(alert) });

describe('the bounds on what bytes decode into', () => {
  it('let the largest request pass that the API allows', () => {
    expect(wire(BatchCreateAlertsRequestSchema, toBinary(BatchCreateAlertsRequestSchema, thousandAlerts))).to.equal(
      undefined,
    );
    expect(json(JSON.stringify(toJson(BatchCreateAlertsRequestSchema, thousandAlerts)))).to.equal(undefined);
    const chunk = create(ProbeStreamRequestSchema, { chunk: new Uint8Array(8 * MIB - 100) });
    expect(wire(ProbeStreamRequestSchema, toBinary(ProbeStreamRequestSchema, chunk))).to.equal(undefined);
    expect(json(JSON.stringify(toJson(ProbeStreamRequestSchema, chunk)).slice(0, 8 * MIB))).to.equal(undefined);
  });

  const attacks: readonly [string, string, () => string | undefined][] = [
    ['empty messages', 'maxValues', () => wire(BatchCreateAlertsRequestSchema, repeated([0x0a, 0], MIB))],
    ['packed items', 'maxValues', () => wire(WatchAlertsRequestSchema, packed(4 * MIB))],
    ['unpacked items', 'maxValues', () => wire(WatchAlertsRequestSchema, repeated([0x10, 1], MIB))],
    ['map entries', 'maxValues', () => wire(StructSchema, repeated([0x0a, 0], MIB))],
    ['labels', 'maxValues', () => wire(AlertSchema, repeated([0x72, 0], MIB))],
    ['one field again and again', 'maxValues', () => wire(AlertSchema, repeated([0x32, 0], MIB))],
    ['unknown fields', 'maxUnknownFields', () => wire(AlertSchema, repeated([0xa0, 0x06, 1], 500_000))],
    ['unknown groups', 'maxUnknownFields', () => wire(AlertSchema, repeated([0xa3, 0x06, 0xa4, 0x06], MIB))],
    ['nested unknown groups', 'maxDepth', () => wire(AlertSchema, repeated([0xa3, 0x06], MIB))],
    ['nested messages', 'maxDepth', () => wire(StructSchema, nested(1_000))],
    ['texts', 'maxHeapBytes', () => wire(FieldMaskSchema, repeated([0x0a, 200, 1, ...Array(200).fill(97)], 90_000))],
    ['empty objects', 'maxValues', () => json(`[${'{},'.repeat(MIB)}{}]`)],
    ['numbers', 'maxValues', () => json(`[${'1,'.repeat(MIB)}1]`)],
    ['members', 'maxValues', () => json(`{${'"":1,'.repeat(MIB)}"":1}`)],
    ['nested arrays', 'maxDepth', () => json('['.repeat(4 * MIB))],
    ['nested objects', 'maxDepth', () => json('{"a":'.repeat(MIB))],
    ['long texts', 'maxHeapBytes', () => json(JSON.stringify('x'.repeat(17 * MIB)))],
    ['a long number', 'NUMBER_TOO_LONG', () => json('9'.repeat(8 * MIB))],
    ['a long number in a text', 'NUMBER_TOO_LONG', () => json(JSON.stringify({ sequence: '9'.repeat(MIB) }))],
    ['a long number in escapes', 'NUMBER_TOO_LONG', () => json(`"${'\\u0039'.repeat(MIB)}"`)],
  ];
  for (const [what, bound, check] of attacks)
    it(`refuse too many or too deep: ${what}`, () => expect(check()).to.equal(bound));

  it('let long texts of escapes pass, which get shorter', () => {
    expect(json(`{"a":"${'\\u4e2d'.repeat(100_000)}\\"","b":"${'\\\\'.repeat(100_000)}"}`)).to.equal(undefined);
  });

  it('name the field and the way out', () => {
    try {
      checkWire(BatchCreateAlertsRequestSchema, repeated([0x0a, 0], MIB), DEFAULT_DECODE_LIMITS);
      expect.fail();
    } catch (error) {
      expect((error as ConnectError).code).to.equal(Code.ResourceExhausted);
      expect((error as ConnectError).rawMessage).to.equal(
        'The message holds more than 100000 values (maxValues, at vigie.alert.v1.BatchCreateAlertsRequest.alerts); ' +
          'split it into smaller ones.',
      );
    }
  });

  it('refuse malformed bytes', () => {
    for (const bytes of [
      [0x0a],
      [0x0a, 5, 1],
      [0x80],
      [0x00, 0],
      [0x07],
      [0x0c],
      [0x0b],
      [0x08, 1],
      [0x1a, 2, 0, 0],
      [0x32, 4, 0x0a, 9, 1, 1],
      [0xa3, 0x06, 0xac, 0x06],
      [0xa1, 0x06, 1],
      [0x18, ...Array(11).fill(0x80), 0],
    ]) {
      expect(wire(AlertSchema, Uint8Array.from(bytes)), bytes.join()).to.equal('MALFORMED_PROTOBUF');
    }
  });

  it('let unknown fields be dropped', () => {
    const unknown = new BinaryWriter().tag(100, 2).string('later').tag(1, 2).string('a').finish();
    const message = decodeBinary(AlertSchema, unknown, DEFAULT_DECODE_LIMITS);
    expect([message.uid, message.$unknown]).to.deep.equal(['a', undefined]);
  });

  it('count as many values as protobuf-es decodes, whatever the bytes', () => {
    const descriptors = create(FileDescriptorSetSchema, { file: [file_vigie_alert_v1_alert.proto] });
    const samples: readonly [DescMessage, Message][] = [
      [FileDescriptorSetSchema, descriptors],
      [StructSchema, fromJson(StructSchema, { a: [1, { b: null, c: 'x' }], d: { e: true } })],
      [AlertSchema, create(AlertSchema, { ...alert, receivedAt: { seconds: 5n }, sequence: 3n })],
      [WatchAlertsRequestSchema, create(WatchAlertsRequestSchema, { statuses: [2, 3, 4], stores: ['x'] })],
    ];
    const edits = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { maxLength: 3 });
    fc.assert(
      fc.property(fc.constantFrom(...samples), edits, ([schema, message], changes) => {
        const bytes = Buffer.from(toBinary(schema, message));
        for (const { at, byte } of changes) bytes[at % bytes.byteLength] = byte;
        const values = (maxValues: number) => ({ ...DEFAULT_DECODE_LIMITS, maxValues });
        let decoded: unknown;
        try {
          checkWire(schema, bytes, values(100_000));
          decoded = fromBinary(schema, bytes, { readUnknownFields: false });
        } catch {
          return;
        }
        const count = countValues(decoded);
        if (count === 0) return;
        expect(boundOf(() => checkWire(schema, bytes, values(count - 1)))).to.equal('maxValues');
      }),
      { numRuns: 1_000 },
    );
  });

  it('hold for JSON that is well-formed: as many values as it has, and no more', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), text => {
        const count = countJson(JSON.parse(text));
        const values = (maxValues: number) => ({ ...DEFAULT_DECODE_LIMITS, maxValues });
        if (count > 1) expect(json(text, values(count - 1))).to.equal('maxValues');
        // An empty container counts as one value more.
        expect(json(text, values(2 * count + 1))).to.equal(undefined);
      }),
    );
  });
});

describe('inflate', () => {
  const bomb = Buffer.alloc(64 * MIB);

  for (const [encoding, compressed] of [
    ['gzip', gzipSync(bomb)],
    ['br', brotliCompressSync(bomb)],
  ] as const) {
    it(`stops at the bound: ${encoding}`, async () => {
      const before = process.memoryUsage().arrayBuffers;
      const error = await inflate(compressed, encoding, 32 * MIB).catch(thrown => thrown);
      expect(error.code).to.equal(Code.ResourceExhausted);
      expect(process.memoryUsage().arrayBuffers - before).to.be.below(16 * MIB);
    });
  }

  it('takes what gets much smaller, and a mebibyte of whatever gets smaller still', async () => {
    const records = Buffer.from(Array.from({ length: 100_000 }, (_, index) => `record ${index}`).join('\n'));
    expect(await inflate(gzipSync(records), 'gzip', 8 * MIB)).to.have.lengthOf(records.byteLength);
    expect(await inflate(gzipSync(Buffer.alloc(MIB)), 'gzip', 8 * MIB)).to.have.lengthOf(MIB);
  });

  it('gives back what was compressed', async () => {
    const bytes = randomBytes(10_000);
    expect(Buffer.compare(await inflate(gzipSync(bytes), 'gzip', 10_000), bytes)).to.equal(0);
    expect((await inflate(new Uint8Array(), 'br', 1)).byteLength).to.equal(0);
  });

  it('refuses what is malformed', async () => {
    const error = await inflate(randomBytes(100), 'gzip', MIB).catch(thrown => thrown);
    expect([error.code, error.rawMessage]).to.deep.equal([
      Code.InvalidArgument,
      'The message is not well-formed gzip.',
    ]);
  });
});

function packed(items: number): Uint8Array {
  return new BinaryWriter().tag(2, 2).bytes(new Uint8Array(items).fill(2)).finish();
}

/** What protobuf-es has made at least: messages, items, entries. */
function countValues(value: unknown): number {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce((sum, item) => sum + 1 + countValues(item), 0);
  return Object.values(value).reduce<number>((sum, member) => {
    if (Array.isArray(member)) return sum + countValues(member);
    return sum + (isMessage(member) ? 1 : 0) + countValues(member);
  }, 0);
}

function isMessage(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '$typeName' in value;
}

function countJson(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, member) => sum + countJson(member), 1);
}
