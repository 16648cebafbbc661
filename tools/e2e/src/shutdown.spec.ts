import type { SupervisedProcess } from '@vigie/dev-env/processes';
import type { ServiceProcess } from '@vigie/dev-env/services';
import { SERVICE_NAMES, type ServiceName } from '@vigie/dev-env/services';
import { waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { finishedAlert, getJson, newAlert, postJson } from './rest-client.ts';

/** Alerts of a test: enough for every replica to have some in flight. */
const ALERTS = 30;

describe('a service that is asked to stop', () => {
  const mesh = useMesh({
    replicas: { 'probe-svc': 2 },
    // An alert that nobody hands back comes again after more than a minute.
    env: {
      ...{ SHUTDOWN_GRACE_MS: '1000', LAME_DUCK_MS: '500', RETRY_BASE_MS: '100' },
      ...{ PROBE_TIMEOUT_MS: '70000', VIDEO_READ_TIMEOUT_MS: '60000' },
    },
  });

  const services = (...names: ServiceName[]): ServiceProcess[] =>
    mesh().services.filter(({ service }) => names.includes(service));

  /** Whoever needs longer than the grace period and two seconds exits 1 by itself. */
  async function expectCleanStop(stopping: readonly ServiceProcess[]): Promise<void> {
    const exits = stopping.map(service => service.waitUntilExited());
    for (const service of stopping) service.kill('SIGTERM');
    for (const [index, service] of stopping.entries()) {
      expect(await exits[index], `${service.name}:\n${service.log.lastLines(5).join('\n')}`).to.deep.equal({
        code: 0,
        signal: null,
      });
    }
  }

  async function send(): Promise<string[]> {
    const alerts = Array.from({ length: ALERTS }, () => newAlert());
    const answers = await Promise.all(alerts.map(alert => postJson(`${mesh().url}/v1/alerts`, alert)));
    expect(answers.map(({ status }) => status)).to.deep.equal(alerts.map(() => 202));
    return alerts.map(({ uid }) => uid);
  }

  async function expectFinished(uids: readonly string[]): Promise<void> {
    for (const uid of uids) expect(await finishedAlert(mesh().url, uid)).to.include({ status: 'PROCESSED' });
  }

  const untilInFlight = (service: ServiceProcess) =>
    waitFor(`messages in flight of ${service.name}`, async () => {
      const text = await (await fetch(`${service.healthUrl}/metrics`)).text();
      return /^jetstream_in_flight\{.*\} [1-9]/m.test(text) ? true : undefined;
    });

  /** Breaks a part while `work` runs, and mends it however that ends. */
  async function whileFrozen(part: SupervisedProcess | undefined, work: () => Promise<void>): Promise<void> {
    part?.kill('SIGSTOP');
    try {
      await work();
    } finally {
      part?.kill('SIGCONT');
    }
  }

  /** Those that run are left as they are. */
  const startAll = () => Promise.all(mesh().processes.map(process => process.start()));
  afterEach(startAll);

  it('ends while nginx is frozen, and its alerts go to another replica at once', async () => {
    const [first, second] = services('probe-svc') as [ServiceProcess, ServiceProcess];
    let uids: string[] = [];
    await whileFrozen(mesh().nginx, async () => {
      uids = await send();
      await Promise.all([untilInFlight(first), untilInFlight(second)]);
      await expectCleanStop([first]);
    });
    await expectFinished(uids);
  });

  it('ends while Postgres is frozen, with messages and calls in flight', async () => {
    let uids: string[] = [];
    const stopping = services(...SERVICE_NAMES);
    await whileFrozen(mesh().postgres, async () => {
      uids = await send();
      await Promise.all(services('store-svc').map(untilInFlight));
      await expectCleanStop(stopping);
    });
    await startAll();
    await expectFinished(uids);
  });

  it('ends while NATS is frozen, with calls in flight', async () => {
    const stopping = services(...SERVICE_NAMES);
    const unanswered = newAlert();
    await whileFrozen(mesh().nats, async () => {
      const answer = postJson(`${mesh().url}/v1/alerts`, unanswered).catch(() => undefined);
      await expectCleanStop(stopping);
      expect((await answer)?.status).to.not.equal(202);
    });
    await startAll();
    await expectFinished(await send());
  });

  it('ends while NATS is gone', async () => {
    const stopping = services('ingest-svc', 'probe-svc', 'store-svc');
    await mesh().nats?.stop();
    await waitFor('the loss to be noticed', async () =>
      (await getJson(`${mesh().service('ingest-svc').healthUrl}/readyz`)).status === 503 ? true : undefined,
    );
    await expectCleanStop(stopping);
    await startAll();
    await expectFinished(await send());
  });

  it('ends while the store is frozen, with outcomes that it did not take', async () => {
    const stopping = services('gateway', 'probe-svc', 'ingest-svc');
    let uids: string[] = [];
    await whileFrozen(mesh().service('store-svc'), async () => {
      uids = await send();
      await Promise.all(services('probe-svc').map(untilInFlight));
      await expectCleanStop(stopping);
    });
    await startAll();
    await expectFinished(uids);
  });

  for (const [what, name, part] of [
    ['a NATS that is frozen', 'ingest-svc', 'nats'],
    ['a NATS that is frozen', 'probe-svc', 'nats'],
    ['a Postgres that is frozen', 'store-svc', 'postgres'],
  ] as const) {
    it(`ends in the middle of its start, as ${name} waits for ${what}`, async () => {
      const service = mesh().service(name);
      await service.stop();
      await whileFrozen(mesh()[part], async () => {
        await service.spawn();
        await waitFor('the process', async () => {
          const answer = await fetch(`${service.healthUrl}/healthz`).catch(() => undefined);
          return answer?.status === 200 ? true : undefined;
        });
        await expectCleanStop([service]);
      });
    });
  }
});
