import { asShown, GENERATED_ALERTS, GENERATED_ALERTS_SEED, generateAlerts } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { latestTimestamp, parseAlert, timestampSeconds } from '../alert.ts';
import { decodeAlertPayload, encodeAlertPayload } from './alert-payload.ts';

describe('payloads of generated alerts', () => {
  it('say what was sent, by ingest-svc and by hand', function () {
    this.timeout(0);
    for (const sent of generateAlerts(GENERATED_ALERTS, GENERATED_ALERTS_SEED)) {
      const alert = parseAlert(sent, latestTimestamp());
      const decoded = decodeAlertPayload(Buffer.from(encodeAlertPayload(alert)), new Date());
      const byHand = decodeAlertPayload(Buffer.from(JSON.stringify(sent)), new Date());
      const { uid, video, store } = decoded;
      const shown = { uid, video, timestamp: timestampSeconds(decoded), store };
      const expected = asShown(sent);
      for (const field of ['uid', 'video', 'timestamp', 'store'] as const) {
        if (shown[field] !== expected[field]) expect(shown).to.deep.equal(expected);
      }
      for (const field of ['uid', 'video', 'timestampMicros', 'store'] as const) {
        if (byHand[field] !== decoded[field]) expect(byHand).to.deep.equal(decoded);
      }
    }
  });
});
