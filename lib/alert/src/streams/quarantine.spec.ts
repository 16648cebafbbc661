import type { JetStreamClient, JsMsg } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';
import { expect } from 'chai';
import { encodeAlertPayload, MalformedMessageError } from '../wire/alert-payload.ts';
import { decodeQuarantinedRecord, publishQuarantined, type Quarantining, readQuarantined } from './quarantine.ts';

const ALERT = {
  tenant: 'default',
  uid: 'a',
  video: '/a.mp4',
  timestampMicros: 1_748_871_320_680_001,
  store: 'd’Évry.1',
};
const ORIGINAL = {
  subject: 'alerts.received.by%20hand',
  payload: Buffer.from(encodeAlertPayload(ALERT)),
  streamSequence: 7,
  receivedAt: new Date('2025-06-02T13:35:21.123Z'),
  redrives: 2,
};
const TIME = new Date('2025-06-02T13:36:00.000Z');

/** Publishes, and gives back the message as a stream would. */
async function quarantine(changes: Partial<Quarantining>): Promise<JsMsg> {
  let published: unknown;
  const client = {
    async publish(subject: string, data: Uint8Array, options: { headers: MsgHdrs }) {
      published = { subject, data, headers: options.headers, time: TIME };
      return { stream: 'QUARANTINE', seq: 1, duplicate: false };
    },
  } as unknown as JetStreamClient;
  await publishQuarantined({
    ...{ client, original: ORIGINAL, owner: ALERT, reason: 'VIDEO_UNREACHABLE', why: 'gave up', attempts: 9 },
    ...changes,
  });
  return published as JsMsg;
}

describe('a quarantined message', () => {
  it('decodes as the record of its alert, with the failure and the attempts', async () => {
    const message = await quarantine({});
    expect(message.subject).to.equal('alerts.quarantined.d%E2%80%99%C3%89vry%2E1');
    const { traceId, ...record } = decodeQuarantinedRecord(message);
    expect(traceId).to.match(/^[0-9a-f]{32}$/);
    expect(record).to.deep.equal({
      alert: ALERT,
      receivedAt: new Date('2025-06-02T13:35:21.123Z'),
      outcome: { status: 'QUARANTINED', failure: { code: 'VIDEO_UNREACHABLE', message: 'gave up' } },
      effort: { attempts: 9, bytesRead: 0, requests: 0, elapsedMs: 0 },
      processedAt: TIME,
      sequence: 7,
    });
  });

  it('holds the original message, and has one id however often that is quarantined', async () => {
    const { original, id, store } = readQuarantined(await quarantine({}));
    expect(original).to.deep.equal({ ...ORIGINAL, payload: original.payload });
    expect(Buffer.from(original.payload)).to.deep.equal(ORIGINAL.payload);
    expect([id, store]).to.deep.equal(['7-1748871321123', ALERT.store]);
  });

  it('names its store by the subject if it could not be parsed as an alert', async () => {
    const original = { ...ORIGINAL, payload: Buffer.from('no alert') };
    const read = readQuarantined(await quarantine({ original, owner: undefined, reason: 'MALFORMED_MESSAGE' }));
    expect(read).to.include({ alert: undefined, store: 'by hand' });
  });

  it('keeps the subject token of a message that is no alert', async () => {
    expect((await quarantine({ owner: undefined })).subject).to.equal('alerts.quarantined.by%20hand');
  });

  it('says why in one line, whatever the reason held', async () => {
    const { outcome } = decodeQuarantinedRecord(await quarantine({ why: '\r\nit said:\n\0 \u{1F4A5}\ud800' }));
    expect(outcome).to.have.nested.property('failure.message', 'it said:  \u{1F4A5}\ufffd');
  });

  it('is malformed without a reason that is known', async () => {
    const message = await quarantine({ reason: 'OTHER' as never });
    expect(() => decodeQuarantinedRecord(message)).to.throw(MalformedMessageError, /Vigie-Reason/);
    expect(readQuarantined(message)).to.have.nested.property('failure.code', 'MALFORMED_MESSAGE');
  });
});
