import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { expect } from 'chai';
import { FAILURE_CODES, type FinishedAlert } from '../alert-record.ts';
import { alertToProto, finishedFromProto, IncompleteRecordError } from './alert-message.ts';
import { PROCESSED_ALERT as processed } from './testing/sample-alert.ts';
import { SPARSE_MEDIA } from './testing/sample-media.ts';

function roundTrip(record: FinishedAlert): FinishedAlert {
  const bytes = toBinary(AlertSchema, create(AlertSchema, alertToProto(record)));
  return finishedFromProto(fromBinary(AlertSchema, bytes));
}

describe('Alert messages', () => {
  it('decode to what was encoded if all fields are known', () => expect(roundTrip(processed)).to.deep.equal(processed));

  it('decode to what was encoded if hardly any field is known', () => {
    const record: FinishedAlert = { ...processed, outcome: { status: 'PROCESSED', media: SPARSE_MEDIA } };
    expect(roundTrip(record)).to.deep.equal(record);
  });

  it('decode to an alert without labels if they have none', () => {
    const { labels: _, ...alert } = processed.alert;
    expect(roundTrip({ ...processed, alert })).to.deep.equal({ ...processed, alert });
  });

  for (const code of FAILURE_CODES) {
    it(`carry the failure ${code}`, () => {
      const record: FinishedAlert = { ...processed, outcome: { status: 'FAILED', failure: { code, message: 'why' } } };
      expect(roundTrip(record)).to.deep.equal(record);
    });
  }

  it('are refused when they lack what their status needs', () => {
    const { outcome: _, ...rest } = processed;
    const message = create(AlertSchema, { ...alertToProto(processed), media: undefined } as never);
    expect(() => finishedFromProto(message)).to.throw(IncompleteRecordError, 'media');
    const received = create(AlertSchema, alertToProto(rest));
    expect(() => finishedFromProto(received)).to.throw(IncompleteRecordError, 'status');
  });
});
