import { mailedToken } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { newAlert } from './rest-client.ts';

const EMAIL = 'ada@example.com';
const PASSWORD = 'correct horse battery';

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

describe('people, in a mesh that is shut', () => {
  const mesh = useMesh(() => ({ env: { ANONYMOUS_SCOPES: '' } }));

  async function ask(verb: string, route: string, bearer?: string, body?: object) {
    const response = await fetch(`${mesh().url}${route}`, {
      method: verb,
      headers: {
        'content-type': 'application/json',
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  }

  it('are invited, set a password, log in, and do what their roles allow at every service', async () => {
    const admin = mesh().access.adminKey;
    const user = { email: EMAIL, roles: ['sender', 'operator'] };
    const created = await ask('POST', '/v1/users', admin, user);
    expect([created.status, created.json.email]).to.deep.equal([201, EMAIL]);
    const token = await mailedToken(mesh().dataDir, 'reset', EMAIL);
    const set = await ask('POST', '/v1/users:resetPassword', undefined, { token, newPassword: PASSWORD });
    expect(set.status).to.equal(200);

    const wrong = await ask('POST', '/v1/sessions:logIn', undefined, { email: EMAIL, password: `${PASSWORD}!` });
    expect(wrong.status).to.equal(401);
    const loggedIn = await ask('POST', '/v1/sessions:logIn', undefined, { email: EMAIL, password: PASSWORD });
    const { accessToken, refreshToken } = loggedIn.json as unknown as Tokens;
    expect((await ask('GET', '/v1/users/me', accessToken)).json).to.deep.include(user);

    const alert = newAlert();
    expect((await ask('POST', '/v1/alerts', accessToken, alert)).status).to.equal(202);
    const read = await ask('GET', `/v1/alerts/${alert.uid}?wait=30s`, accessToken);
    expect([read.status, read.json.status]).to.deep.equal([200, 'PROCESSED']);
    expect((await ask('GET', '/v1/media?video=/videos/mp4-faststart.mp4', accessToken)).status).to.equal(200);
    expect((await ask('GET', '/v1/users', accessToken)).status).to.equal(403);

    // With whatever a client sends along.
    const refreshed = await ask('POST', '/v1/sessions:refresh', 'a.b.c', { refreshToken });
    expect(refreshed.status).to.equal(200);
    expect((await ask('POST', '/v1/sessions:refresh', undefined, { refreshToken })).status).to.equal(401);
    const { refreshToken: next } = refreshed.json as unknown as Tokens;
    expect((await ask('POST', '/v1/sessions:refresh', undefined, { refreshToken: next })).status).to.equal(401);

    const keys = await ask('GET', '/.well-known/jwks.json');
    expect([keys.status, (keys.json.keys as unknown[]).length]).to.deep.equal([200, 1]);
    const logs = JSON.stringify(mesh().services.map(({ log }) => log.records()));
    expect(logs).to.include('user:');
    for (const secret of [PASSWORD, accessToken, refreshToken, token]) expect(logs).not.to.include(secret);
  });

  it('register by themselves, and may do nothing yet', async () => {
    const body = { email: 'bob@example.com', password: PASSWORD };
    expect((await ask('POST', '/v1/users:register', undefined, body)).status).to.equal(200);
    const token = await mailedToken(mesh().dataDir, 'confirm', body.email);
    const confirmed = await ask('POST', '/v1/users:confirm', undefined, { token, password: PASSWORD });
    expect(confirmed.status).to.equal(200);
    const { json } = await ask('POST', '/v1/sessions:logIn', undefined, body);
    const { accessToken } = json as unknown as Tokens;
    expect((await ask('GET', '/v1/users/me', accessToken)).status).to.equal(200);
    expect((await ask('GET', '/v1/alerts', accessToken)).status).to.equal(403);
  });
});
