import { once } from 'node:events';
import { AckPolicy, DeliverPolicy, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { ensureStreams, openIntake } from '@vigie/alert/streams';
import { publishRaw, type ScratchNats, startScratchNats, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { currentTrace, newTrace, withTrace } from '../telemetry/trace-context.ts';
import { createConsumerMetrics } from './consumer-metrics.ts';
import { MessageConsumer, type MessageConsumerOptions } from './message-consumer.ts';
import { readNatsUrl } from './nats-url.ts';
import { traceHeaders } from './trace-headers.ts';

describe('MessageConsumer', () => {
  let nats: ScratchNats;
  let connection: NatsConnection;

  before(async () => {
    nats = await startScratchNats();
  });
  after(() => nats[Symbol.asyncDispose]());

  beforeEach(async () => {
    connection = await connect({ ...readNatsUrl(nats.url), maxReconnectAttempts: -1, reconnectTimeWait: 50 });
    const manager = await jetstreamManager(connection);
    await ensureStreams(manager, { maxBytes: 10_000_000, replicas: 1 });
    await openIntake(manager, 'spec');
  });
  afterEach(async () => {
    const manager = await jetstreamManager(connection);
    for (const stream of ['ALERTS', 'OUTCOMES', 'QUARANTINE']) await manager.streams.delete(stream);
    await connection.close();
  });

  const publish = (payload: string) =>
    jetstream(connection).publish('alerts.received.s', payload, { headers: traceHeaders() });

  const start = (options: Pick<MessageConsumerOptions, 'handle'> & Partial<MessageConsumerOptions>) =>
    MessageConsumer.start({
      connection,
      stream: 'ALERTS',
      durable: 'spec',
      concurrency: 4,
      ackWaitMs: 30_000,
      shutdownGraceMs: 20_000,
      logger: pino({ level: 'silent' }),
      metrics: createConsumerMetrics(new Registry()),
      ...options,
    });

  const pendingOf = async () => {
    const info = await (await jetstreamManager(connection)).consumers.info('ALERTS', 'spec');
    return info.num_pending + info.num_ack_pending;
  };

  it('waits for a JetStream that gives no answer when it starts', async () => {
    nats.server.kill('SIGSTOP');
    const waiting = Promise.withResolvers<void>();
    const logger = pino({}, { write: () => waiting.resolve() });
    const starting = start({ handle: async () => ({ kind: 'done' }), logger });
    await Promise.race([waiting.promise, starting]).finally(() => nats.server.kill('SIGCONT'));
    await using consumer = await starting;
    expect(consumer).to.instanceOf(MessageConsumer);
  });

  it('hands out each message in its own trace and acks it before it stops', async () => {
    const trace = newTrace();
    await withTrace(trace, () => publish('a'));
    const seen = Promise.withResolvers<[string, string | undefined]>();
    const consumer = await start({
      handle: async message => {
        seen.resolve([message.string(), currentTrace()?.traceId]);
        return { kind: 'done' };
      },
    });
    expect(await seen.promise).to.deep.equal(['a', trace.traceId]);
    await consumer[Symbol.asyncDispose]();
    expect(await pendingOf()).to.equal(0);
  });

  it('goes on where a consumer that somebody made for it begins, and brings its settings up to date', async () => {
    for (const payload of ['a', 'b', 'c']) await publish(payload);
    const manager = await jetstreamManager(connection);
    const startAt = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: 3 };
    await manager.consumers.add('ALERTS', { durable_name: 'spec', ack_policy: AckPolicy.Explicit, ...startAt });
    const seen: string[] = [];
    await using _ = await start({
      handle: async message => {
        seen.push(message.string());
        return { kind: 'done' };
      },
    });
    await publish('d');
    await waitFor('the last one', () => (seen.includes('d') ? true : undefined));
    expect(seen).to.deep.equal(['c', 'd']);
    expect((await manager.consumers.info('ALERTS', 'spec')).config).to.include({ max_ack_pending: 200_000 });
  });

  it('gives a message published by hand one trace, the same for every consumer and delivery', async () => {
    await jetstream(connection).publish('alerts.received.s', 'by hand');
    const traces: (string | undefined)[] = [];
    for (const durable of ['one', 'other']) {
      const again = Promise.withResolvers<void>();
      await using _ = await start({
        durable,
        handle: async message => {
          traces.push(currentTrace()?.traceId);
          if (!message.redelivered) return { kind: 'retry', delayMs: 5 };
          again.resolve();
          return { kind: 'done' };
        },
      });
      await again.promise;
    }
    expect(traces).to.lengthOf(4);
    expect(new Set(traces).size).to.equal(1);
    expect(traces[0]).to.match(/^[0-9a-f]{32}$/);
  });

  it('hands out a message whose headers nobody can read, as one without headers', async () => {
    await publishRaw(nats.url, 'alerts.received.s', 'not a name: x', 'odd');
    const seen = Promise.withResolvers<[string, string | undefined]>();
    await using _ = await start({
      handle: async message => {
        seen.resolve([message.string(), currentTrace()?.traceId]);
        return { kind: 'done' };
      },
    });
    const [payload, traceId] = await seen.promise;
    expect(payload).to.equal('odd');
    expect(traceId).to.match(/^[0-9a-f]{32}$/);
  });

  it('has no more messages in flight than its limit, and loses none', async () => {
    for (let i = 0; i < 40; i++) await publish(String(i));
    const seen = new Set<string>();
    const all = Promise.withResolvers<void>();
    let inFlight = 0;
    let most = 0;
    await using _ = await start({
      handle: async message => {
        most = Math.max(most, ++inFlight);
        await new Promise(resolve => setTimeout(resolve, 2));
        inFlight--;
        seen.add(message.string());
        if (seen.size === 40) all.resolve();
        return { kind: 'done' };
      },
    });
    await all.promise;
    expect(most).to.within(2, 4);
  });

  it('hands a message out once while its handler runs, though it is delivered again', async () => {
    await publish('a');
    const handled: number[] = [];
    const ending = Promise.withResolvers<void>();
    await using _ = await start({
      handle: async message => {
        handled.push(message.seq);
        if (handled.length === 1) {
          // As if its ack wait were over.
          connection.publish(replySubject(message), '-NAK');
          await ending.promise;
        }
        return { kind: 'done' };
      },
    });
    const { consumers } = await jetstreamManager(connection);
    const redelivered = async () => (await consumers.info('ALERTS', 'spec')).num_redelivered > 0;
    await waitFor('a redelivery', async () => (await redelivered()) || undefined);
    await publish('b');
    await waitFor('the second message', () => handled.length === 2 || undefined);
    ending.resolve();
    await waitFor('all acks', async () => (await pendingOf()) === 0 || undefined);
    expect(handled).to.deep.equal([1, 2]);
  });

  for (const [what, fail] of [
    ['a retry', async () => ({ kind: 'retry', delayMs: 10 }) as const],
    ['an error', async () => Promise.reject(new Error('handler is broken'))],
  ] as const) {
    it(`delivers a message again after ${what}`, async () => {
      await publish('again');
      const deliveries: number[] = [];
      const done = Promise.withResolvers<void>();
      await using _ = await start({
        handle: async message => {
          deliveries.push(message.info.deliveryCount);
          if (deliveries.length === 1) return fail();
          done.resolve();
          return { kind: 'done' };
        },
      });
      await done.promise;
      expect(deliveries).to.deep.equal([1, 2]);
    });
  }

  it('delivers a message whose handler throws again with growing delays', async () => {
    await publish('poison');
    const deliveredAt: number[] = [];
    await using _ = await start({
      handle: async () => {
        deliveredAt.push(performance.now());
        if (deliveredAt.length < 3) throw new Error('handler is broken');
        return { kind: 'done' };
      },
    });
    await waitFor('three deliveries', () => (deliveredAt.length === 3 ? true : undefined));
    const [, second, third] = deliveredAt as [number, number, number];
    // 2 s, 20 % less: nats-server rounds nothing down.
    expect(third - second).to.at.least(1_550);
  });

  it('waits for what is in flight when it stops, and hands the rest back at once', async () => {
    for (let i = 0; i < 6; i++) await publish(String(i));
    const started = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const handled: string[] = [];
    const consumer = await start({
      concurrency: 1,
      handle: async message => {
        started.resolve();
        await release.promise;
        handled.push(message.string());
        return { kind: 'done' };
      },
    });
    await started.promise;
    const stopped = consumer[Symbol.asyncDispose]();
    release.resolve();
    await stopped;
    expect(handled).to.deep.equal(['0']);

    const rest = Promise.withResolvers<void>();
    await using _ = await start({
      handle: async message => {
        handled.push(message.string());
        if (handled.length === 6) rest.resolve();
        return { kind: 'done' };
      },
    });
    await rest.promise;
    expect(handled.toSorted()).to.deep.equal(['0', '1', '2', '3', '4', '5']);
  });

  it('hands back what is not done within the grace period, so that another replica gets it at once', async () => {
    await publish('heeds its signal');
    await publish('never ends');
    const inFlight = new Set<string>();
    const consumer = await start({
      // Far longer than this test may take.
      ackWaitMs: 300_000,
      shutdownGraceMs: 50,
      handle: async (message, signal) => {
        inFlight.add(message.string());
        if (message.string() === 'heeds its signal') await once(signal, 'abort');
        else await new Promise(() => {});
        signal.throwIfAborted();
        return { kind: 'done' };
      },
    });
    await waitFor('both in flight', () => (inFlight.size === 2 ? true : undefined));
    await consumer[Symbol.asyncDispose]();

    const taken = new Set<string>();
    const both = Promise.withResolvers<void>();
    await using _ = await start({
      ackWaitMs: 300_000,
      handle: async message => {
        taken.add(message.string());
        if (taken.size === 2) both.resolve();
        return { kind: 'done' };
      },
    });
    await both.promise;
  });

  it('stops while the server is frozen, with as many messages in flight as its limit', async () => {
    for (let i = 0; i < 6; i++) await publish(String(i));
    let inFlight = 0;
    const consumer = await start({
      concurrency: 2,
      shutdownGraceMs: 50,
      handle: async () => {
        inFlight++;
        return new Promise(() => {});
      },
    });
    await waitFor('a full hand', () => (inFlight === 2 ? true : undefined));
    nats.server.kill('SIGSTOP');
    try {
      await consumer[Symbol.asyncDispose]();
    } finally {
      nats.server.kill('SIGCONT');
    }
  });

  it('keeps a message that takes longer than its ack wait from being delivered again', async () => {
    await publish('slow');
    const deliveries: number[] = [];
    const release = Promise.withResolvers<void>();
    const handle = async (message: JsMsg) => {
      deliveries.push(message.info.deliveryCount);
      await release.promise;
      return { kind: 'done' } as const;
    };
    // A third of it is how long this process may stand still.
    await using _one = await start({ handle, ackWaitMs: 1_500 });
    await using _other = await start({ handle, ackWaitMs: 1_500 });
    await new Promise(resolve => setTimeout(resolve, 3_000));
    release.resolve();
    expect(deliveries).to.deep.equal([1]);
  });

  it('goes on after the server was killed', async () => {
    const seen = new Map<string, PromiseWithResolvers<void>>(
      ['before', 'after'].map(name => [name, Promise.withResolvers<void>()]),
    );
    await using _ = await start({
      handle: async message => {
        seen.get(message.string())?.resolve();
        return { kind: 'done' };
      },
    });
    await publish('before');
    await seen.get('before')?.promise;
    nats.server.kill('SIGKILL');
    await nats.server.waitUntilExited();
    await nats.server.start();
    // What is published while the client reconnects may get no ack.
    while (!(await publish('after').catch(() => undefined)));
    await seen.get('after')?.promise;
  });

  it('acks again what the server has not received, instead of handling it twice', async () => {
    await publish('done');
    const deliveries: number[] = [];
    await using _ = await start({
      // Longer than this test waits: the server gets it from whoever acks again.
      ackWaitMs: 300_000,
      handle: async message => {
        deliveries.push(message.info.deliveryCount);
        if (deliveries.length === 1) nats.server.kill('SIGKILL');
        return { kind: 'done' };
      },
    });
    await waitFor('the message in flight', () => (deliveries.length > 0 ? true : undefined));
    await nats.server.waitUntilExited();
    await nats.server.start();
    await waitFor('its ack', async () => ((await pendingOf().catch(() => 1)) === 0 ? true : undefined));
    expect(deliveries).to.deep.equal([1]);
  });

  it('goes on after its consumer was deleted', async () => {
    const seen = Promise.withResolvers<void>();
    await using _ = await start({
      handle: async () => {
        seen.resolve();
        return { kind: 'done' };
      },
    });
    await (await jetstreamManager(connection)).consumers.delete('ALERTS', 'spec');
    await publish('still here');
    await seen.promise;
  });

  it('takes over a consumer that an earlier version made with other settings, and its unfinished messages', async () => {
    await publish('first');
    const first = await start({ ackWaitMs: 60_000, handle: async () => ({ kind: 'done' }) });
    while ((await pendingOf()) > 0);
    await first[Symbol.asyncDispose]();
    await publish('second');
    const seen: string[] = [];
    const done = Promise.withResolvers<void>();
    await using _ = await start({
      ackWaitMs: 5_000,
      handle: async message => {
        seen.push(message.string());
        done.resolve();
        return { kind: 'done' };
      },
    });
    await done.promise;
    expect(seen).to.deep.equal(['second']);
    expect((await (await jetstreamManager(connection)).consumers.info('ALERTS', 'spec')).config.ack_wait).to.equal(5e9);
  });

  it('shows its lag and its ack decisions as metrics', async () => {
    const metrics = new Registry();
    await publish('a');
    const handled = Promise.withResolvers<void>();
    const consumer = await start({
      metrics: createConsumerMetrics(metrics),
      handle: async () => {
        handled.resolve();
        return { kind: 'done' };
      },
    });
    await handled.promise;
    await consumer[Symbol.asyncDispose]();
    const text = await metrics.metrics();
    expect(text).to.include('jetstream_messages_total{consumer="spec",decision="done"} 1');
    expect(text).to.include('jetstream_consumer_lag{consumer="spec",state="pending"} 0');
    expect(text).to.include('jetstream_in_flight{consumer="spec"} 0');
  });
});

function replySubject(message: JsMsg): string {
  return (message as JsMsg & { readonly reply: string }).reply;
}
