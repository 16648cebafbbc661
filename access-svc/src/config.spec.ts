import { newApiKey, type ReadApiKey, readApiKey } from '@vigie/access';
import { InvalidEnvironmentError } from '@vigie/service-kit/env';
import { expect } from 'chai';
import { readConfig } from './config.ts';

describe('the configuration of access-svc', () => {
  it('has a default for everything', () => {
    const config = readConfig({});
    expect(config).to.include({ port: 50054, healthPort: 9055, serviceSecret: 'vigie', adminKey: undefined });
    expect(config.auditRetentionDays).to.equal(365);
    expect(config).to.include({ isRegistrationOn: false, publicUrl: 'http://localhost:8000', signingKeyDays: 30 });
    expect(config.mail).to.include({ smtpUrl: undefined, from: 'Vigie <vigie@localhost>' });
    expect(config.anonymousScopes).to.deep.equal([]);
    expect(config.database).to.include({
      url: 'postgresql://vigie_access:vigie_access@127.0.0.1:5432/vigie',
      migrationUrl: 'postgresql://vigie:vigie@127.0.0.1:5432/vigie',
    });
  });

  it('keeps only the hash of the key in ADMIN_KEY', () => {
    const key = newApiKey();
    const config = readConfig({ ADMIN_KEY: key });
    expect(config.adminKey).to.deep.equal(readApiKey(key) as ReadApiKey);
    expect(JSON.stringify(config)).not.to.include(key);
  });

  it('names ADMIN_KEY if it is mistyped, and does not show it', () => {
    for (const ADMIN_KEY of [newApiKey().slice(0, -1), `${newApiKey()}0`, 'vgk_secret', 'secret']) {
      expect(() => readConfig({ ADMIN_KEY }))
        .to.throw(InvalidEnvironmentError, /^ADMIN_KEY is wrong: it must be a whole API key/)
        .with.property('message')
        .which.does.not.include(ADMIN_KEY);
    }
  });
});
