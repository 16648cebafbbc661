import { expect } from 'chai';
import { PROCESSED_ALERT } from '../wire/testing/sample-alert.ts';
import { alertMessageId } from './alert-message-id.ts';

describe('alertMessageId', () => {
  it('tells the alerts of two tenants apart, which would be duplicates of each other', () => {
    const { alert } = PROCESSED_ALERT;
    const id = alertMessageId(alert);
    expect(id).to.match(/^a-1\.[\w-]{22}$/);
    expect(alertMessageId({ ...alert, tenant: 'acme' })).to.equal(`acme/${id}`);
  });
});
