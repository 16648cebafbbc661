import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { queryPostgres } from '@vigie/dev-env/servers';
import type { ServiceName } from '@vigie/dev-env/services';
import { waitFor } from '@vigie/dev-env/testing';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { getJson, newAlert, postJson, type RestAnswer } from './rest-client.ts';

describe('a mesh whose streams are full', () => {
  const mesh = useMesh({
    env: { STREAM_MAX_BYTES: '30000', REPLAY_WINDOW_MS: '500', RETENTION_INTERVAL_MS: '100', RETRY_BASE_MS: '100' },
  });
  let nats: NatsConnection;

  before(async () => {
    nats = await connect(readNatsUrl(mesh().addresses.natsUrls.operator));
  });
  after(() => nats.close());

  const post = () => postJson(`${mesh().url}/v1/alerts`, newAlert());

  const readiness = (name: ServiceName, status: number) =>
    waitFor(`${name} to answer ${status}`, async () => {
      const answer = await getJson(`${mesh().service(name).healthUrl}/readyz`);
      return answer.status === status ? answer : undefined;
    });

  it('refuses alerts, loses none, and accepts new ones by itself once there is room', async () => {
    await mesh().service('probe-svc').stop();
    let accepted = 0;
    let answer: RestAnswer;
    while (true) {
      answer = await post();
      if (answer.status !== 202) break;
      accepted++;
    }
    expect(answer.status).to.equal(503);
    expect(JSON.stringify(answer.json)).to.include('QUEUE_FULL');
    expect(Number(answer.headers.get('retry-after'))).to.greaterThan(0);
    const { json } = await readiness('ingest-svc', 503);
    expect(json.checks.intake).to.match(/^ALERTS is full/);
    await readiness('gateway', 503);
    // Recorded, but not probed yet: retention-svc lets go of none.
    const { state } = await (await jetstreamManager(nats)).streams.info('ALERTS');
    expect(state).to.include({ first_seq: 1, messages: accepted });

    await mesh().service('probe-svc').start();
    await waitFor('an alert to be accepted', async () => ((await post()).status === 202 ? true : undefined), 60_000);
    accepted++;
    await readiness('ingest-svc', 200);
    await waitFor(
      'an outcome of every accepted alert',
      async () => {
        const rows = await queryPostgres(
          mesh().addresses.databaseUrl,
          'select status, count(*)::int as count from alerts group by status',
        );
        return rows.length === 1 && rows[0]?.status === 'PROCESSED' && rows[0].count === accepted ? true : undefined;
      },
      60_000,
    );
  });
});
