import { fromJsonString } from '@bufbuild/protobuf';
import { AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { expect } from 'chai';
import { parseAlert } from '../alert.ts';
import { finishedFromProto } from './alert-message.ts';
import {
  decodeAlertPayload,
  decodeOutcomePayload,
  encodeAlertPayload,
  encodeOutcomePayload,
  MalformedMessageError,
} from './alert-payload.ts';
import { PROCESSED_ALERT } from './testing/sample-alert.ts';

const byHand = '{"uid":"u","video":"/videos/a.avi","timestamp":1748871320.68,"store":"store-42"}';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('alert payloads', () => {
  it('read what a person writes with the nats CLI', () => {
    expect(decodeAlertPayload(bytes(byHand), 'acme')).to.deep.equal({
      tenant: 'acme',
      uid: 'u',
      video: '/videos/a.avi',
      timestampMicros: 1748871320680000,
      store: 'store-42',
    });
  });

  it('decode to what was encoded', () => {
    const sent = { uid: 'u:1', video: '/v/ä.mkv', timestamp: 1748871320.683412, store: 'Épicerie №5' };
    for (const labels of [{}, { camera: '3', note: 'près de la porte', constructor: '' }]) {
      const alert = parseAlert({ ...sent, labels }, 'default');
      expect(decodeAlertPayload(bytes(encodeAlertPayload(alert)), 'default')).to.deep.equal(alert);
    }
  });

  it('accept fields of a later version', () => {
    expect(decodeAlertPayload(bytes(byHand.replace('}', ',"camera":7}')), 'default').uid).to.equal('u');
  });

  it('ignore fields that Vigie fills in, whatever the publisher put there', () => {
    const more = ',"status":"open","media":7,"failure":[],"sequence":"first","received_at":null,"traceId":{}}';
    expect(decodeAlertPayload(bytes(byHand.replace('}', more)), 'default')).to.deep.equal(
      decodeAlertPayload(bytes(byHand), 'default'),
    );
  });

  it('are the four fields and nothing else, in their order', () => {
    for (const none of ['', ',"labels":{}', ',"labels":null']) {
      expect(encodeAlertPayload(decodeAlertPayload(bytes(byHand.replace('}', `${none}}`)), 'default'))).to.equal(
        byHand,
      );
    }
  });

  it('have labels behind the four fields, sorted', () => {
    const [sent, kept] = ['{"b":"2","a":""}', '{"a":"","b":"2"}'].map(labels =>
      byHand.replace('}', `,"labels":${labels}}`),
    ) as [string, string];
    expect(decodeAlertPayload(bytes(sent), 'default').labels).to.deep.equal({ a: '', b: '2' });
    expect(encodeAlertPayload(decodeAlertPayload(bytes(sent), 'default'))).to.equal(kept);
  });

  const wrongLabels = ['{"a":3}', '{"a":null}', '["a"]', '"a"', '{"a b":""}', '{"a":"\\n"}', '{"__proto__":""}'];
  for (const labels of wrongLabels) {
    it(`are malformed with the labels ${labels}, and say that it is these`, () => {
      const payload = bytes(byHand.replace('}', `,"labels":${labels}}`));
      expect(() => decodeAlertPayload(payload, 'default')).to.throw(
        MalformedMessageError,
        /^not an alert: .*\blabels\b/,
      );
    });
  }

  it('are malformed with too many labels', () => {
    const labels = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`key-${index}`, '']));
    const payload = bytes(byHand.replace('}', `,"labels":${JSON.stringify(labels)}}`));
    expect(() => decodeAlertPayload(payload, 'default')).to.throw(
      MalformedMessageError,
      'labels: must be at most 16, not 17',
    );
  });

  const malformed: [string, Uint8Array][] = [
    ['no JSON', bytes('hello')],
    ['no object', bytes('[]')],
    ['nothing', bytes('')],
    ['a wrong type', bytes(byHand.replace('"u"', '7'))],
    ['a broken rule', bytes(byHand.replace('/videos', '/..'))],
    ['a number that only JavaScript reads', bytes(byHand.replace('1748871320.68', '"0x10"'))],
    ['bytes that are no UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
  ];
  for (const [what, payload] of malformed) {
    it(`refuse ${what}, saying why`, () => {
      expect(() => decodeAlertPayload(payload, 'default')).to.throw(MalformedMessageError, /^not an alert: ./);
    });
  }
});

describe('alert payloads of the future', () => {
  const publishedAt = new Date(1748871320_000);
  const aheadByDays = (days: number) => bytes(byHand.replace('1748871320.68', String(1748871320 + days * 86_400)));

  it('are judged by when they were published, a day more generously than by ingest-svc, and later not at all', () => {
    expect(decodeAlertPayload(aheadByDays(1.9), 'default', publishedAt).uid).to.equal('u');
    expect(() => decodeAlertPayload(aheadByDays(2.1), 'default', publishedAt)).to.throw(
      MalformedMessageError,
      /ahead of now/,
    );
    expect(decodeAlertPayload(aheadByDays(2.1), 'default').uid).to.equal('u');
  });
});

describe('outcome payloads', () => {
  it('are readable JSON: plain statuses, Unix seconds', () => {
    const json = encodeOutcomePayload(PROCESSED_ALERT);
    expect(JSON.parse(json)).to.include({ uid: 'a-1', timestamp: 1748871320.683412, status: 'PROCESSED' });
    expect(finishedFromProto(fromJsonString(AlertSchema, json))).to.deep.equal(PROCESSED_ALERT);
  });

  it('decode to what was encoded, or are refused as malformed', () => {
    const json = encodeOutcomePayload(PROCESSED_ALERT);
    expect(decodeOutcomePayload(bytes(json), 'default')).to.deep.equal(PROCESSED_ALERT);
    for (const text of ['', '{"uid":"a"}', '[]', json.replace('"media"', '"other"')]) {
      expect(() => decodeOutcomePayload(bytes(text), 'default')).to.throw(MalformedMessageError, 'not an outcome');
    }
  });
});
