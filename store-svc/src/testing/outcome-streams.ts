import type { FinishedAlert } from '@vigie/alert';
import { ensureStreams, publishQuarantined, subjects } from '@vigie/alert/streams';
import { encodeAlertPayload, encodeOutcomePayload } from '@vigie/alert/wire';
import { openJetStream, startScratchNats } from '@vigie/dev-env/testing';
import { createLogger } from '@vigie/service-kit/telemetry';
import { JetStreamOutcomeFeed } from '../adapters/jetstream/jetstream-outcome-feed.ts';

/** The feed on the streams of a real nats-server of its own, and outcomes that come as probe-svc publishes them. */
export async function openOutcomeStreams(teardown: AsyncDisposableStack) {
  const nats = teardown.use(await startScratchNats());
  const { client, manager } = await openJetStream(teardown, nats.url);
  await ensureStreams(manager, { maxBytes: 10_000_000, replicas: 1 });
  let quarantined = 0;

  async function report(record: FinishedAlert): Promise<void> {
    const { alert, outcome, receivedAt, effort } = record;
    if (outcome.status === 'QUARANTINED') {
      const { code: reason, message: why } = outcome.failure;
      const original = {
        ...{ subject: subjects.received(alert), payload: Buffer.from(encodeAlertPayload(alert)) },
        ...{ streamSequence: ++quarantined, receivedAt, redrives: 0 },
      };
      await publishQuarantined({ client, original, owner: alert, reason, why, attempts: effort.attempts });
    } else {
      const subject = outcome.status === 'PROCESSED' ? subjects.processed : subjects.failed;
      await client.publish(subject(alert), encodeOutcomePayload(record));
    }
  }

  const feed = teardown.use(new JetStreamOutcomeFeed({ client, manager, logger: createLogger('store-svc', 'silent') }));
  return { feed, report, manager, nats };
}
