import { isDeepStrictEqual } from 'node:util';
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
      const { uid, video, store, labels = {} } = decoded;
      const shown = { uid, video, timestamp: timestampSeconds(decoded), store, labels };
      const expected = asShown(sent);
      if (!isDeepStrictEqual(shown, expected)) expect(shown).to.deep.equal(expected);
      if (!isDeepStrictEqual(byHand, decoded)) expect(byHand).to.deep.equal(decoded);
    }
  });
});
