import { isDeepStrictEqual } from 'node:util';
import {
  create,
  type DescMessage,
  fromBinary,
  type JsonObject,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { type AlertInput, latestTimestamp, parseAlert } from '@vigie/alert';
import { alertToProto } from '@vigie/alert/wire';
import {
  asShown,
  GENERATED_ALERTS,
  GENERATED_ALERTS_SEED,
  type GeneratedAlert,
  generateAlerts,
} from '@vigie/dev-env/testing';
import { AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  AlertService,
  BatchCreateAlertsRequestSchema,
  CreateAlertRequestSchema,
  StreamAlertsRequestSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { decodeBinary } from '@vigie/service-kit/limits';
import { expect } from 'chai';
import { readConfig } from '../../config.ts';
import { messageFromJson } from './json-message.ts';
import { decodeRequest } from './transcoder/decode-request.ts';
import { encodeJson } from './transcoder/encode-response.ts';
import { type HttpBinding, httpBindings } from './transcoder/http-binding.ts';

const { decode: limits } = readConfig({}).requestLimits;
const [createBinding] = httpBindings(AlertService.method.createAlert) as [HttpBinding];
const [getBinding] = httpBindings(AlertService.method.getAlert) as [HttpBinding];

/** As it travels: text, parsed again. */
const sent = (json: unknown) => JSON.parse(Buffer.from(JSON.stringify(json)).toString()) as JsonValue;
const binary = (desc: DescMessage, message: Record<string, unknown>) =>
  decodeBinary(desc, toBinary(desc, create(desc, message)), limits, () => {});

interface WithAlert {
  readonly alert: AlertInput;
}

interface WithAlerts {
  readonly alerts: readonly [AlertInput];
}

/** What a service is given of an alert, by each way that it may be sent. */
const REQUESTS: Record<string, (alert: GeneratedAlert) => AlertInput> = {
  REST: alert =>
    (decodeRequest(createBinding, { captures: [], query: '', body: sent(alert) }) as unknown as WithAlert).alert,
  'REST, its timestamp as a string': alert => {
    const body = sent({ ...alert, timestamp: String(alert.timestamp) });
    return (decodeRequest(createBinding, { captures: [], query: '', body }) as unknown as WithAlert).alert;
  },
  'REST, in a batch': alert =>
    (messageFromJson(BatchCreateAlertsRequestSchema, sent({ alerts: [alert] })) as unknown as WithAlerts).alerts[0],
  'the paths of the replaced systems': alert => messageFromJson(AlertSchema, sent(alert)),
  'Connect, JSON': alert => (messageFromJson(CreateAlertRequestSchema, sent({ alert })) as unknown as WithAlert).alert,
  'Connect, gRPC-Web and gRPC, binary': alert =>
    (binary(CreateAlertRequestSchema, { alert }) as unknown as WithAlert).alert,
  'a stream, binary': alert => (binary(StreamAlertsRequestSchema, { alert }) as unknown as WithAlert).alert,
};

/** What a client is shown of an alert, by each way that it may ask. */
const ANSWERS: Record<string, (fields: ReturnType<typeof alertToProto>) => object> = {
  REST: fields => sent(encodeJson(getBinding, create(AlertSchema, fields))) as JsonObject,
  'Connect, JSON': fields => sent(toJson(AlertSchema, create(AlertSchema, fields))) as JsonObject,
  'Connect, gRPC-Web and gRPC, binary': fields =>
    fromBinary(AlertSchema, toBinary(AlertSchema, create(AlertSchema, fields))),
};

describe('what is accepted', () => {
  for (const [way, read] of Object.entries(REQUESTS)) {
    it(`is taken as it was sent: ${way}`, function () {
      this.timeout(0);
      for (const alert of generateAlerts(GENERATED_ALERTS, GENERATED_ALERTS_SEED)) {
        const { uid, video, timestamp, store, labels = {} } = read(alert);
        const taken = { uid, video, timestamp, store, labels };
        if (!isDeepStrictEqual(taken, alert)) expect(taken).to.deep.equal(alert);
        parseAlert(taken, 'default', latestTimestamp());
      }
    });
  }

  for (const [way, show] of Object.entries(ANSWERS)) {
    it(`is shown as it was sent: ${way}`, function () {
      this.timeout(0);
      for (const alert of generateAlerts(GENERATED_ALERTS, GENERATED_ALERTS_SEED)) {
        const answer = show(alertToProto(parseAlert(alert, 'default'))) as AlertInput;
        const { uid, video, timestamp, store, labels = {} } = answer;
        const shown = { uid, video, timestamp, store, labels };
        const expected = asShown(alert);
        if (!isDeepStrictEqual(shown, expected)) expect(shown).to.deep.equal(expected);
      }
    });
  }
});
