import { expect } from 'chai';
import { parseAlert } from '../alert.ts';
import { decodeAlertPayload, encodeAlertPayload, MalformedMessageError } from './alert-wire.ts';

const byHand = '{"uid":"u","video":"/videos/a.avi","timestamp":1748871320.68,"store":"store-42"}';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('alert payloads', () => {
  it('read what a person writes with the nats CLI', () => {
    expect(decodeAlertPayload(bytes(byHand))).deep.equal({
      uid: 'u',
      video: '/videos/a.avi',
      timestampMicros: 1748871320680000,
      store: 'store-42',
    });
  });

  it('come back as they were', () => {
    const alert = parseAlert({ uid: 'u:1', video: '/v/ä.mkv', timestamp: 1748871320.683412, store: 'Épicerie №5' });
    expect(decodeAlertPayload(bytes(encodeAlertPayload(alert)))).deep.equal(alert);
  });

  it('take fields of a later version', () => {
    expect(decodeAlertPayload(bytes(byHand.replace('}', ',"camera":7}'))).uid).equal('u');
  });

  const malformed: [string, Uint8Array][] = [
    ['no JSON', bytes('hello')],
    ['no object', bytes('[]')],
    ['nothing', bytes('')],
    ['a wrong type', bytes(byHand.replace('"u"', '7'))],
    ['a broken rule', bytes(byHand.replace('/videos', '/..'))],
    ['bytes that are no UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
  ];
  for (const [what, payload] of malformed) {
    it(`refuse ${what}, saying why`, () => {
      expect(() => decodeAlertPayload(payload)).throws(MalformedMessageError, /^not an alert: ./);
    });
  }
});
