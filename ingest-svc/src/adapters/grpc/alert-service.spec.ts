import { Readable } from 'node:stream';
import { create } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { OPEN_ACCESS } from '@vigie/access/testing';
import { type Alert, type AlertName, contentHash, parseAlert } from '@vigie/alert';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from '@vigie/proto/google/rpc/error_details_pb.ts';
import { Alert_Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { AlertService, StreamAlertsRequestSchema } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { Health } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { startIngest } from '../../composition-root.ts';
import { readConfig } from '../../config.ts';
import { type AlertQueue, AlertQueueError } from '../../ports/alert-queue.ts';

const good = { uid: 'u-1', video: '/videos/a.mp4', timestamp: 1748871320.683412, store: 'store-42' };

/** Answers as scripted, and keeps what it was given; `gate` holds back every receipt. */
class FakeAlertQueue implements AlertQueue {
  readonly alerts: Alert[] = [];
  duplicate = false;
  failure: Error | undefined;
  gate: Promise<void> = Promise.resolve();

  async publish(alert: Alert) {
    this.alerts.push(alert);
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    return { duplicate: this.duplicate };
  }
}

describe('AlertService', () => {
  let queue: FakeAlertQueue;
  /** Contents by uid. */
  let recorded: Map<string, string>;
  /** For whole batches. */
  let asked: string[][];
  let lines: { readonly msg: string }[];
  let registry: Registry;
  let running: AsyncDisposableStack;
  let transport: ChannelTransport;
  let client: ReturnType<typeof createClient<typeof AlertService>>;

  beforeEach(async () => {
    queue = new FakeAlertQueue();
    recorded = new Map();
    asked = [];
    lines = [];
    registry = new Registry();
    running = new AsyncDisposableStack();
    const config = readConfig({ ...OPEN_ACCESS, HOST: '127.0.0.1', PORT: '0', SHUTDOWN_GRACE_MS: '500' });
    const logger = pino({}, { write: line => void lines.push(JSON.parse(line)) });
    const context = { logger, metrics: registry, health: new Health(), teardown: running };
    const recordedAlerts = {
      findContent: async ({ uid }: AlertName) => recorded.get(uid),
      findContents: async (alerts: readonly AlertName[]) => {
        asked.push(alerts.map(({ uid }) => uid));
        return alerts.map(({ uid }) => recorded.get(uid));
      },
    };
    const port = await startIngest(config, context, { alertQueue: queue, recordedAlerts });
    transport = new ChannelTransport({
      address: `127.0.0.1:${port}`,
      services: [AlertService],
      defaultTimeoutMs: 60_000,
    });
    client = createClient(AlertService, transport);
  });
  afterEach(async () => {
    transport[Symbol.dispose]();
    await running.disposeAsync();
  });

  it('accepts an alert and says by which trace to follow it', async () => {
    const response = await client.createAlert({ alert: good });
    expect(response).to.include({ uid: 'u-1', duplicate: false });
    expect(response.traceId).to.match(/^[0-9a-f]{32}$/);
    expect(queue.alerts).to.deep.equal([
      { tenant: 'default', uid: 'u-1', video: '/videos/a.mp4', timestampMicros: 1748871320683412, store: 'store-42' },
    ]);
    queue.duplicate = true;
    expect(await client.createAlert({ alert: good })).to.include({ duplicate: true });
  });

  it('answers for an alert that is recorded already, and does not queue it again', async () => {
    recorded.set('u-1', contentHash(parseAlert(good, 'default')));
    expect(await client.createAlert({ alert: good })).to.include({ uid: 'u-1', duplicate: true });
    expect(queue.alerts).to.deep.equal([]);
  });

  it('refuses an alert whose uid another one has: ALREADY_EXISTS, alone or in a batch', async () => {
    recorded.set('u-1', contentHash(parseAlert({ ...good, store: 'store-43' }, 'default')));
    const error = (await client.createAlert({ alert: good }).catch(ConnectError.from)) as ConnectError;
    expect(error.code).to.equal(Code.AlreadyExists);
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('UID_TAKEN');
    expect(error.findDetails(ResourceInfoSchema)[0]).to.include({ resourceName: 'u-1' });
    const { results } = await client.batchCreateAlerts({ alerts: [good, { ...good, uid: 'u-2' }] });
    expect(results.map(({ outcome }) => outcome.case)).to.deep.equal(['error', 'accepted']);
    expect(queue.alerts.map(({ uid }) => uid)).to.deep.equal(['u-2']);
    expect(await registry.metrics()).to.include('vigie_alerts_refused_total{reason="UID_TAKEN"} 2');
  });

  it('takes labels as part of what an alert is: a duplicate has the same, another alert has others', async () => {
    const labelled = { ...good, labels: { site: 'north', camera: '3' } };
    await client.createAlert({ alert: labelled });
    expect(queue.alerts[0]).to.have.deep.property('labels', { camera: '3', site: 'north' });
    recorded.set('u-1', contentHash(queue.alerts[0] as Alert));
    expect(await client.createAlert({ alert: labelled })).to.include({ duplicate: true });
    for (const labels of [{}, { camera: '3' }, { camera: '3', site: 'south' }]) {
      const error = (await client.createAlert({ alert: { ...good, labels } }).catch(ConnectError.from)) as ConnectError;
      expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('UID_TAKEN');
      expect(error.rawMessage).to.contain('with another video, timestamp, store or labels');
    }
    expect(queue.alerts).to.have.lengthOf(1);
  });

  it('ignores what only Vigie says of an alert', async () => {
    const alert = { ...good, status: Alert_Status.FAILED, failure: { message: 'no' }, traceId: 'mine', sequence: 7n };
    expect((await client.createAlert({ alert })).traceId).not.to.equal('mine');
    await client.createAlert({ alert: good });
    expect(queue.alerts[0]).to.deep.equal(queue.alerts[1]);
  });

  it('answers only after the queue has it', async () => {
    const gate = Promise.withResolvers<void>();
    queue.gate = gate.promise;
    let answered = false;
    const call = client.createAlert({ alert: good }).then(() => {
      answered = true;
    });
    while (queue.alerts.length === 0) await new Promise(setImmediate);
    expect(answered).to.equal(false);
    gate.resolve();
    await call;
  });

  for (const [field, change] of [
    ['uid', { uid: '' }],
    ['video', { video: '/videos/../a.mp4' }],
    ['timestamp', { timestamp: 0 }],
    ['store', { store: '\n' }],
    ['labels', { labels: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`key-${index}`, ''])) }],
    ['labels["a b"]', { labels: { ok: '', 'a b': '' } }],
    ['labels["camera"]', { labels: { camera: '\n' } }],
  ] as const) {
    it(`refuses a wrong ${field} by its name, and queues nothing`, async () => {
      const error = await client.createAlert({ alert: { ...good, ...change } }).catch(ConnectError.from);
      expect(error).to.instanceOf(ConnectError).with.property('code', Code.InvalidArgument);
      const [badRequest] = (error as ConnectError).findDetails(BadRequestSchema);
      expect(badRequest?.fieldViolations.map(violation => violation.field)).to.deep.equal([field]);
      expect(queue.alerts).to.deep.equal([]);
    });
  }

  it('refuses a request without an alert', async () => {
    const error = (await client.createAlert({}).catch(ConnectError.from)) as ConnectError;
    expect(error.code).to.equal(Code.InvalidArgument);
    expect(error.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field).to.equal('alert');
  });

  it('is UNAVAILABLE with a delay while the queue takes nothing', async () => {
    queue.failure = new AlertQueueError('QUEUE_FULL', 'full');
    const error = (await client.createAlert({ alert: good }).catch(ConnectError.from)) as ConnectError;
    expect(error.code).to.equal(Code.Unavailable);
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('QUEUE_FULL');
    expect(error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds).to.equal(5n);
  });

  it('is asked once, not four times, while the queue is out of reach', async () => {
    queue.failure = new AlertQueueError('QUEUE_UNREACHABLE', 'gone');
    const error = (await client.createAlert({ alert: good }).catch(ConnectError.from)) as ConnectError;
    expect(error.code).to.equal(Code.Unavailable);
    expect(error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds).to.equal(1n);
    expect(queue.alerts).to.lengthOf(1);
  });

  it('never says that nothing was kept when that is unknown, to a call or to an alert of a batch or stream', async () => {
    queue.failure = new AlertQueueError('ACCEPTANCE_UNKNOWN', 'No answer.');
    const error = (await client.createAlert({ alert: good }).catch(ConnectError.from)) as ConnectError;
    expect(error.code).to.equal(Code.Unavailable);
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('ACCEPTANCE_UNKNOWN');
    expect(error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds).to.equal(1n);
    expect(error.rawMessage).to.match(/not known: send it again later with the same uid/);
    const { results } = await client.batchCreateAlerts({ alerts: [good] });
    const [streamed] = await Array.fromAsync(
      client.streamAlerts(Readable.from([create(StreamAlertsRequestSchema, { alert: good })])),
    );
    for (const result of [results[0], streamed?.result]) {
      const status = result?.outcome.case === 'error' ? result.outcome.value : undefined;
      expect(status?.message).to.equal(error.rawMessage);
      const [info] = status?.details ?? [];
      expect(info && anyUnpack(info, ErrorInfoSchema)?.reason).to.equal('ACCEPTANCE_UNKNOWN');
    }
  });

  it('hides what it does not know', async () => {
    queue.failure = new Error('password is hunter2');
    const error = (await client.createAlert({ alert: good }).catch(ConnectError.from)) as ConnectError;
    expect(error.code).to.equal(Code.Internal);
    expect(error.message).to.not.include('hunter2');
  });

  it('gives each alert of a batch its own result', async () => {
    const { results } = await client.batchCreateAlerts({ alerts: [good, { ...good, uid: 'no good' }, good] });
    expect(results.map(({ outcome }) => outcome.case)).to.deep.equal(['accepted', 'error', 'accepted']);
    const refused = results[1]?.outcome;
    expect(refused?.case === 'error' && refused.value.code).to.equal(Code.InvalidArgument);
    expect(refused?.case === 'error' && refused.value.message).to.match(/^uid /);
  });

  it('asks once what of a batch is recorded, counts each alert of it, and logs what it accepts in one line', async () => {
    recorded.set('u-1', contentHash(parseAlert(good, 'default')));
    const alerts = [good, { ...good, uid: 'no good' }, ...['u-2', 'u-3'].map(uid => ({ ...good, uid }))];
    const { results } = await client.batchCreateAlerts({ alerts });
    const accepted = results.flatMap(({ outcome }) => (outcome.case === 'accepted' ? [outcome.value] : []));
    expect(accepted.map(({ uid, duplicate }) => [uid, duplicate])).to.deep.equal([
      ['u-1', true],
      ['u-2', false],
      ['u-3', false],
    ]);
    expect(new Set(accepted.map(({ traceId }) => traceId)).size).to.equal(1);
    expect(accepted[0]?.traceId).to.match(/^[0-9a-f]{32}$/);
    expect(asked).to.deep.equal([['u-1', 'u-2', 'u-3']]);
    const [line, ...others] = lines.filter(({ msg }) => msg.endsWith('accepted'));
    expect(line).to.deep.include({ msg: 'batch accepted', alerts: 4, uids: ['u-2', 'u-3'], duplicates: ['u-1'] });
    expect(others).to.deep.equal([]);
    const text = await registry.metrics();
    expect(text).to.include('vigie_alerts_accepted_total{duplicate="false"} 2');
    expect(text).to.include('vigie_alerts_accepted_total{duplicate="true"} 1');
    expect(text).to.include('vigie_alerts_refused_total{reason="INVALID_FIELDS"} 1');
  });

  for (const size of [0, 1001]) {
    it(`refuses a batch of ${size}`, async () => {
      const alerts = Array.from({ length: size }, () => good);
      const error = (await client.batchCreateAlerts({ alerts }).catch(ConnectError.from)) as ConnectError;
      expect(error.code).to.equal(Code.InvalidArgument);
      expect(error.message).to.match(/alerts must hold 1-1000/);
    });
  }

  it('answers each alert of a stream in order, and publishes without waiting for the answer before', async () => {
    const gate = Promise.withResolvers<void>();
    queue.gate = gate.promise;
    async function* requests() {
      for (const uid of ['a', 'b', 'no good', 'c']) {
        yield create(StreamAlertsRequestSchema, { alert: { ...good, uid } });
      }
    }
    const answers = Array.fromAsync(client.streamAlerts(requests()));
    while (queue.alerts.length < 3) await new Promise(setImmediate);
    gate.resolve();
    const outcomes = (await answers).map(({ result }) => result?.outcome);
    expect(outcomes.map(outcome => outcome?.case)).to.deep.equal(['accepted', 'accepted', 'error', 'accepted']);
    const traces = outcomes.map(outcome => (outcome?.case === 'accepted' ? outcome.value.traceId : undefined));
    expect(new Set(traces).size).to.equal(4);
  });

  it('takes a single alert at once beside batches and streams without end, and gives each of these its turn', async () => {
    const gate = Promise.withResolvers<void>();
    queue.gate = gate.promise;
    const batch = (name: string, count: number) =>
      client.batchCreateAlerts({ alerts: Array.from({ length: count }, (_, i) => ({ ...good, uid: `${name}-${i}` })) });
    const queued = async (name: string, count: number) => {
      const found = () => queue.alerts.filter(({ uid }) => uid.startsWith(name)).length;
      while (found() < count) await new Promise(setImmediate);
      await client.createAlert({}).catch(() => undefined);
      expect(found()).to.equal(count);
    };
    const flood = [batch('flood', 1_000), batch('second', 1_000)];
    await queued('flood', 128);
    await queued('second', 64);
    const single = client.createAlert({ alert: { ...good, uid: 'single' } });
    await queued('single', 1);
    const third = batch('third', 10);
    await queued('third', 10);
    gate.resolve();
    for (const { results } of await Promise.all([...flood, third])) {
      expect(new Set(results.map(({ outcome }) => outcome.case))).to.deep.equal(new Set(['accepted']));
    }
    await single;
  });

  it('answers what it has taken from a stream before it stops', async () => {
    const gate = Promise.withResolvers<void>();
    queue.gate = gate.promise;
    const clientIsDone = Promise.withResolvers<void>();
    async function* requests() {
      yield create(StreamAlertsRequestSchema, { alert: good });
      await clientIsDone.promise;
    }
    const answers = client.streamAlerts(requests())[Symbol.asyncIterator]();
    const first = answers.next();
    while (queue.alerts.length === 0) await new Promise(setImmediate);
    const stopped = running.disposeAsync();
    gate.resolve();
    expect((await first).value?.result?.outcome.case).to.equal('accepted');
    const end = (await answers.next().catch(ConnectError.from)) as ConnectError;
    expect(end.code).to.equal(Code.Unavailable);
    clientIsDone.resolve();
    await stopped;
  });

  it('counts what it accepts and refuses', async () => {
    await client.createAlert({ alert: good });
    queue.duplicate = true;
    await client.createAlert({ alert: good });
    await client.createAlert({ alert: { ...good, uid: '' } }).catch(() => undefined);
    const text = await registry.metrics();
    expect(text).to.include('vigie_alerts_accepted_total{duplicate="false"} 1');
    expect(text).to.include('vigie_alerts_accepted_total{duplicate="true"} 1');
    expect(text).to.include('vigie_alerts_refused_total{reason="INVALID_FIELDS"} 1');
    expect(text).to.match(/grpc_server_handled_total\{method="[^"]+CreateAlert",code="InvalidArgument"\} 1/);
  });
});
