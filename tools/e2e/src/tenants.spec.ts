import { setTimeout as delay } from 'node:timers/promises';
import { Mesh } from '@vigie/dev-env';
import { temporaryDir } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { askAs } from './rest-client.ts';
import { documentedScript } from './testing/documented-script.ts';
import { runDocumented } from './testing/run-documented.ts';

describe('tenants, in a mesh that is shut', () => {
  const teardown = new AsyncDisposableStack();
  let mesh: Mesh;
  before(async () => {
    mesh = teardown.use(await Mesh.boot({ ports: 'free', env: { ANONYMOUS_SCOPES: '', TENANT_VIDEO_PATH: '/' } }));
  });
  after(() => teardown.disposeAsync());

  const ask = (key: string, verb: string, path: string, body?: object) => askAs(key, verb, `${mesh.url}${path}`, body);

  const asAdmin = (verb: string, path: string, body?: object) => ask(mesh.access.adminKey, verb, path, body);

  async function makeKey(tenant: string, scopes: readonly string[]): Promise<string> {
    const { status, json } = await asAdmin('POST', '/v1/apiKeys', { name: 'e2e', scopes, tenant });
    expect(status).to.equal(201);
    return json.key;
  }

  async function paste(text: string): Promise<string> {
    const script = await documentedScript(mesh, 'docs/access.md', '## Tenants', text);
    const { path: cwd } = teardown.use(await temporaryDir());
    return runDocumented(script, cwd);
  }

  it('have the way from nothing to a first alert that the docs show', async () => {
    expect(await paste('curl'))
      .to.match(/"id":"acme","displayName":"Acme"/)
      .and.match(/"uid":"acme-1","duplicate":false/)
      .and.match(/"uid":"acme-1",.*"status":"PROCESSED"/)
      .and.not.contain('"error"');
    // Which nobody else sees, who makes it.
    expect((await asAdmin('GET', '/v1/alerts/acme-1')).status).to.equal(404);
  });

  it('have it on the command line too', async () => {
    expect(await paste('npm run'))
      .to.match(/^id +beta\nname +Beta & sons$/m)
      .and.match(/^vgk_\w+$/m)
      .and.match(/^beta +Beta & sons +2\S+ +active$/m)
      .and.match(/^default +default/m);
  });

  it('that are disabled are refused by the gateway and by each service within five seconds, watches too', async function () {
    this.timeout(60_000);
    expect((await asAdmin('POST', '/v1/tenants', { id: 'shut' })).status).to.equal(201);
    const key = await makeKey('shut', ['alerts:read']);
    const calls = () => ask(key, 'GET', '/v1/alerts?page_size=1');
    for (let times = 0; times < 20; times++) expect((await calls()).status).to.equal(200);
    const watch = await fetch(`${mesh.url}/v1/alerts:watch`, { headers: { authorization: `Bearer ${key}` } });
    const cut = watch.text().then(
      () => 'ended',
      () => 'cut',
    );
    expect((await asAdmin('POST', '/v1/tenants/shut:disable', {})).status).to.equal(200);
    const disabledAt = performance.now();
    while ((await calls()).status === 200) await delay(50);
    await cut;
    expect(performance.now() - disabledAt).to.be.below(5_000);
    expect((await calls()).status).to.equal(401);
    expect((await asAdmin('POST', '/v1/tenants/shut:enable', {})).status).to.equal(200);
    while ((await calls()).status !== 200) await delay(50);
  });
});
