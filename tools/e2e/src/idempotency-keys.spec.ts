import { randomUUID } from 'node:crypto';
import { queryPostgres } from '@vigie/dev-env/servers';
import { openJetStream, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { finishedAlert, getJson, newAlert, postJson, type RestAnswer } from './rest-client.ts';

const REDRIVE = '/v1/quarantine:redrive';

describe('a request that is sent again with its Idempotency-Key', () => {
  const mesh = useMesh({ replicas: { gateway: 2 } });

  async function post(path: string, body: unknown, key: string, url = mesh().url): Promise<RestAnswer> {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, json: await response.json() };
  }

  /** Two messages in quarantine, under a store of their own: later alerts of uids that others have. */
  async function quarantineTwo(): Promise<string> {
    await using teardown = new AsyncDisposableStack();
    const { client } = await openJetStream(teardown, mesh().addresses.natsUrls.operator);
    const store = `store-${randomUUID()}`;
    for (let count = 0; count < 2; count++) {
      const first = newAlert();
      await postJson(`${mesh().url}/v1/alerts`, first);
      await finishedAlert(mesh().url, first.uid);
      await client.publish(`alerts.received.${store}`, JSON.stringify({ ...first, store }));
    }
    await waitFor('the conflicts', async () => ((await countIn(store, 'HELD')) === 2 ? true : undefined));
    return store;
  }

  async function countIn(store: string, state: string): Promise<number> {
    const { json } = await getJson(`${mesh().url}/v1/quarantine?store=${store}&state=${state}`);
    return json.quarantinedAlerts.length;
  }

  it('redrives a quarantine once, by whichever gateway, also while the first is under way', async () => {
    const store = await quarantineTwo();
    const body = { store, limit: 1 };
    const [one, other] = [mesh().url, `http://${mesh().service('gateway', 2).address}`];
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => post(REDRIVE, body, key, n % 2 ? one : other)),
    );
    const done = answers.filter(({ status }) => status === 200);
    expect(done).not.to.deep.equal([]);
    for (const { json, status } of answers.filter(each => !done.includes(each))) {
      expect([status, json.error.reason]).to.deep.equal([409, 'IDEMPOTENCY_KEY_IN_USE']);
    }
    expect(done.filter(({ headers }) => !headers.has('idempotency-replayed'))).to.have.lengthOf(1);
    for (const url of [one, other]) {
      const again = await post(REDRIVE, body, key, url);
      expect([again.status, again.headers.get('idempotency-replayed')]).to.deep.equal([200, 'true']);
      expect(again.json).to.deep.equal(done[0]?.json).and.include({ redriven: 1 });
    }
    expect(await countIn(store, 'REDRIVEN')).to.equal(1);

    const lying = await post(REDRIVE, { store, limit: 2 }, key);
    expect([lying.status, lying.json.error.code, lying.json.error.reason]).to.deep.equal([
      ...[422, 422],
      'IDEMPOTENCY_KEY_REUSED',
    ]);
    expect(await countIn(store, 'REDRIVEN')).to.equal(1);
    expect((await post(REDRIVE, body, randomUUID())).json.redriven).to.equal(1);
    expect(await countIn(store, 'REDRIVEN')).to.equal(2);
  });

  it('gets its answer again after the gateway and store-svc have restarted', async () => {
    const [alert, key] = [newAlert(), randomUUID()];
    const first = await post('/v1/alerts', alert, key);
    expect([first.status, first.headers.get('location')]).to.deep.equal([202, `/v1/alerts/${alert.uid}`]);
    await mesh().service('gateway').restart();
    await mesh().service('store-svc').restart();
    const again = await waitFor('store-svc', async () => {
      const answer = await post('/v1/alerts', alert, key);
      return answer.status === 503 ? undefined : answer;
    });
    expect([again.status, again.headers.get('idempotency-replayed')]).to.deep.equal([202, 'true']);
    expect(again.headers.get('location')).to.equal(first.headers.get('location'));
    // Carried out again, it would say that it is a duplicate.
    expect(again.json).to.deep.equal(first.json).and.include({ duplicate: false });
  });

  it('is carried out by another gateway once the lease of one that died has run out', async () => {
    const [alert, key] = [newAlert(), randomUUID()];
    await post('/v1/alerts', alert, key);
    const holdFor = (seconds: number) =>
      queryPostgres(
        mesh().postgres?.url as string,
        `update idempotency_keys set status = null, leased_until = now() + $2 * interval '1 second' where key = $1`,
        [key, seconds],
      );
    // As a gateway leaves it that dies before it has an answer.
    await holdFor(60);
    expect((await post('/v1/alerts', alert, key)).json.error.reason).to.equal('IDEMPOTENCY_KEY_IN_USE');
    await holdFor(0);
    const again = await post('/v1/alerts', alert, key);
    expect([again.status, again.headers.has('idempotency-replayed')]).to.deep.equal([202, false]);
    expect(again.json).to.include({ duplicate: true });
  });

  it('is refused while Postgres is away, where without a key it is accepted', async () => {
    const [alert, key] = [newAlert(), randomUUID()];
    await mesh().postgres?.stop();
    const refused = await post('/v1/alerts', alert, key);
    expect([refused.status, refused.json.error.reason]).to.deep.equal([503, 'IDEMPOTENCY_UNAVAILABLE']);
    expect(refused.headers.get('retry-after')).to.equal('1');
    expect((await postJson(`${mesh().url}/v1/alerts`, newAlert())).status).to.equal(202);
    await mesh().postgres?.start();
    const accepted = await waitFor('Postgres', async () => {
      const answer = await post('/v1/alerts', alert, key);
      return answer.status === 503 ? undefined : answer;
    });
    expect([accepted.status, accepted.json.duplicate]).to.deep.equal([202, false]);
  });
});
