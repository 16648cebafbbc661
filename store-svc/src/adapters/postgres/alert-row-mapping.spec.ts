import { SAMPLE_MEDIA } from '@vigie/alert/testing';
import { expect } from 'chai';
import { finishedAlert, receivedAlert } from '../../testing/sample-alerts.ts';
import type { AlertRow } from './alert-row.ts';
import { OUTCOME_PROPERTIES } from './alert-row.ts';
import { toOutcomeRow, toRecord } from './alert-row-mapping.ts';

const FINISHED = finishedAlert(receivedAlert('a'), { status: 'PROCESSED', media: SAMPLE_MEDIA });

/** A row as it is written after `FINISHED`. */
function rowWith(change: Partial<AlertRow>): AlertRow {
  const { alert, receivedAt, traceId, processedAt } = FINISHED;
  return {
    ...{
      tenant: alert.tenant,
      video: alert.video,
      store: alert.store,
      alertTimestampMicros: alert.timestampMicros,
      alertSequence: 1,
    },
    ...(toOutcomeRow(FINISHED) as object),
    ...{ receivedAt, traceId, processedAt },
    ...change,
  } as AlertRow;
}

describe('the mapping of rows', () => {
  it('writes every column that an outcome has', () => {
    const { uid, status, ...row } = toOutcomeRow(FINISHED);
    expect([uid, status]).to.deep.equal(['a', 'PROCESSED']);
    expect(Object.keys(row)).to.have.members(OUTCOME_PROPERTIES);
  });

  it('reads what was written', () => {
    expect(toRecord(rowWith({}))).to.deep.equal(FINISHED);
  });

  it('reads a column that is null as a field that is not known', () => {
    const record = toRecord(rowWith({ videoProfile: null, audioCodec: null }));
    expect(record).to.have.nested.property('outcome.media.video.profile', null);
    expect(record).to.have.nested.property('outcome.media.audio', null);
  });

  it('refuses a row that lacks what its status requires', () => {
    expect(() => toRecord(rowWith({ videoWidth: null }))).to.throw(/lacks what its status requires/);
  });
});
