import { create, fromBinary, fromJsonString, toBinary } from '@bufbuild/protobuf';
import { AlertRecordSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { expect } from 'chai';
import { FAILURE_CODES, type FinishedAlert } from '../alert-record.ts';
import { MalformedMessageError } from './alert-wire.ts';
import {
  decodeRecordPayload,
  encodeRecordPayload,
  finishedFromProto,
  IncompleteRecordError,
  recordToProto,
} from './record-wire.ts';
import { SAMPLE_MEDIA, SPARSE_MEDIA } from './testing/sample-media.ts';

const processed: FinishedAlert = {
  alert: { uid: 'a-1', video: '/videos/a.mp4', timestampMicros: 1748871320683412, store: 'store-42' },
  receivedAt: new Date('2026-01-02T03:04:05.678Z'),
  traceId: '0123456789abcdef0123456789abcdef',
  outcome: { status: 'PROCESSED', media: SAMPLE_MEDIA },
  effort: { attempts: 2, bytesRead: 65_536, requests: 2, elapsedMs: 3.25 },
  processedAt: new Date('2026-01-02T03:04:06.789Z'),
  sequence: 42,
};

function roundTrip(record: FinishedAlert): FinishedAlert {
  const bytes = toBinary(AlertRecordSchema, create(AlertRecordSchema, recordToProto(record)));
  return finishedFromProto(fromBinary(AlertRecordSchema, bytes));
}

describe('records on the wire', () => {
  it('come back as they were, whether all is known', () => expect(roundTrip(processed)).deep.equal(processed));

  it('or hardly anything', () => {
    const record: FinishedAlert = { ...processed, outcome: { status: 'PROCESSED', media: SPARSE_MEDIA } };
    expect(roundTrip(record)).deep.equal(record);
  });

  for (const code of FAILURE_CODES) {
    it(`carry the failure ${code}`, () => {
      const record: FinishedAlert = { ...processed, outcome: { status: 'FAILED', failure: { code, message: 'why' } } };
      expect(roundTrip(record)).deep.equal(record);
    });
  }

  it('are readable JSON on the streams: plain statuses, Unix seconds', () => {
    const json = encodeRecordPayload(processed);
    expect(JSON.parse(json)).include({ uid: 'a-1', timestamp: 1748871320.683412, status: 'PROCESSED' });
    expect(finishedFromProto(fromJsonString(AlertRecordSchema, json))).deep.equal(processed);
  });

  it('come back from the streams as they were, or are called malformed', () => {
    const payload = (text: string) => new TextEncoder().encode(text);
    expect(decodeRecordPayload(payload(encodeRecordPayload(processed)))).deep.equal(processed);
    for (const text of ['', '{"uid":"a"}', '[]', encodeRecordPayload(processed).replace('"media"', '"other"')]) {
      expect(() => decodeRecordPayload(payload(text))).throws(MalformedMessageError, 'not a record');
    }
  });

  it('are refused when they lack what their status needs', () => {
    const { outcome: _, ...rest } = processed;
    const message = create(AlertRecordSchema, { ...recordToProto(processed), media: undefined } as never);
    expect(() => finishedFromProto(message)).throws(IncompleteRecordError, 'media');
    const received = create(AlertRecordSchema, recordToProto(rest));
    expect(() => finishedFromProto(received)).throws(IncompleteRecordError, 'status');
  });
});
