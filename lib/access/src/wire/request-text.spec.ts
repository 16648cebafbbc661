import { create } from '@bufbuild/protobuf';
import { CreateApiKeyResponseSchema } from '@vigie/proto/vigie/access/v1/api_key_service_pb.ts';
import { DeleteAlertRequestSchema, PurgeAlertsRequestSchema } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { expect } from 'chai';
import { requestText } from './request-text.ts';

describe('the text of a request', () => {
  it('is its JSON, without what is marked debug_redact', () => {
    const message = create(CreateApiKeyResponseSchema, { apiKey: { id: 'a' }, key: 'vgk_secret' });
    expect(requestText(CreateApiKeyResponseSchema, message)).to.equal('{"apiKey":{"id":"a"}}');
    expect(message.key).to.equal('vgk_secret');
  });

  it('is cut off after 4 KiB, between characters', () => {
    const uids = Array.from({ length: 1_000 }, () => 'é'.repeat(99));
    const text = requestText(PurgeAlertsRequestSchema, create(PurgeAlertsRequestSchema, { uids }));
    expect(Buffer.byteLength(text)).to.be.within(4_096, 4_104);
    expect(text).to.match(/^\{"uids":\["é+",.*é\ufffd?…$/);
    const short = create(DeleteAlertRequestSchema, { uid: 'a'.repeat(4_000) });
    expect(JSON.parse(requestText(DeleteAlertRequestSchema, short)).uid).to.have.lengthOf(4_000);
  });
});
