import { AUDIENCE, type RealIssuer, startIssuer } from '@vigie/access/testing/issuer';
import { SERVICE_NAMES } from '@vigie/dev-env/services';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { newAlert } from './rest-client.ts';

describe('a mesh that takes the tokens of another issuer', () => {
  let issuer: RealIssuer;
  before(async () => {
    issuer = await startIssuer();
  });
  const mesh = useMesh(() => ({
    env: { ANONYMOUS_SCOPES: '', OIDC_ISSUER: issuer.issuer, OIDC_AUDIENCE: AUDIENCE },
  }));
  after(() => issuer[Symbol.asyncDispose]());

  it('lets who shows one send and read alerts, as far as its scopes go', async () => {
    const alert = newAlert();
    const ask = async (scope: string, verb: string, path: string, body?: object): Promise<[number, string]> => {
      const response = await fetch(`${mesh().url}${path}`, {
        method: verb,
        headers: { authorization: `Bearer ${await issuer.token({ scope })}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return [response.status, await response.text()];
    };
    expect((await ask('alerts:read', 'POST', '/v1/alerts', alert))[0]).to.equal(403);
    expect((await ask('alerts:write', 'POST', '/v1/alerts', alert))[0]).to.equal(202);
    const [status, text] = await ask('alerts:read', 'GET', `/v1/alerts/${alert.uid}?wait=30s`);
    expect([status, JSON.parse(text).status]).to.deep.equal([200, 'PROCESSED']);
    const logs = SERVICE_NAMES.flatMap(name => mesh().service(name).log.records());
    expect(logs.some(({ by }) => by === 'oidc:camera')).to.equal(true);
    expect(JSON.stringify(logs)).not.to.match(/eyJ[\w-]+\.eyJ/);
  });
});
