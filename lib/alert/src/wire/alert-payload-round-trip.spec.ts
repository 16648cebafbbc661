import { isDeepStrictEqual } from 'node:util';
import { create, toJsonString } from '@bufbuild/protobuf';
import { asShown, GENERATED_ALERTS, GENERATED_ALERTS_SEED, generateAlerts } from '@vigie/dev-env/testing';
import { AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { expect } from 'chai';
import { latestTimestamp, parseAlert, timestampSeconds } from '../alert.ts';
import { alertToProto } from './alert-message.ts';
import { decodeAlertPayload, encodeAlertPayload } from './alert-payload.ts';

describe('payloads of generated alerts', () => {
  it('say what was sent, by ingest-svc and by hand', function () {
    this.timeout(0);
    for (const sent of generateAlerts(GENERATED_ALERTS, GENERATED_ALERTS_SEED)) {
      const alert = parseAlert(sent, 'default', latestTimestamp());
      const decoded = decodeAlertPayload(Buffer.from(encodeAlertPayload(alert)), 'default', new Date());
      const byHand = decodeAlertPayload(Buffer.from(JSON.stringify(sent)), 'default', new Date());
      const { uid, video, store, labels = {} } = decoded;
      const shown = { uid, video, timestamp: timestampSeconds(decoded), store, labels };
      const expected = asShown(sent);
      if (!isDeepStrictEqual(shown, expected)) expect(shown).to.deep.equal(expected);
      if (!isDeepStrictEqual(byHand, decoded)) expect(byHand).to.deep.equal(decoded);
    }
  });

  it('are the proto3 JSON of the message, byte by byte', function () {
    this.timeout(0);
    for (const sent of generateAlerts(GENERATED_ALERTS, GENERATED_ALERTS_SEED)) {
      const alert = parseAlert(sent, 'default', latestTimestamp());
      const ofMessage = toJsonString(AlertSchema, create(AlertSchema, alertToProto(alert)));
      if (encodeAlertPayload(alert) !== ofMessage) expect(encodeAlertPayload(alert)).to.equal(ofMessage);
    }
  });
});
