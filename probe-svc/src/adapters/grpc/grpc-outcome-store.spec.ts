import { Code, ConnectError, type Transport } from '@connectrpc/connect';
import type { FinishedAlert } from '@vigie/alert';
import { alertToProto, finishedFromProto } from '@vigie/alert/wire';
import type { Alert } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import {
  RecordOutcomeResult_Kind as Kind,
  OutcomeService,
} from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { expect } from 'chai';
import type { FoundOutcome } from '../../domain/found-outcome.ts';
import { type OutcomeStore, OutcomeStoreError } from '../../ports/outcome-store.ts';
import { deliveryOf } from '../../testing/delivery-of.ts';
import { eventually } from '../../testing/eventually.ts';
import { FakeStoreService } from '../../testing/fake-store-service.ts';
import { type GrpcEndpoint, startGrpcEndpoint } from '../../testing/grpc-endpoint.ts';
import { mediaOf } from '../../testing/media-of.ts';
import { GrpcOutcomeStore } from './grpc-outcome-store.ts';

const PATIENCE_MS = 300;

function foundOutcome(uid: string): FoundOutcome {
  return { record: finished(uid), isReplay: false };
}

function finished(uid: string): FinishedAlert {
  const { alert, receivedAt, traceId } = deliveryOf();
  return {
    alert: { ...alert, uid },
    receivedAt,
    traceId,
    outcome: { status: 'PROCESSED', media: mediaOf() },
    effort: { attempts: 1, bytesRead: 32_768, requests: 1, elapsedMs: 2.5 },
    processedAt: new Date(),
    sequence: 7,
  };
}

describe('GrpcOutcomeStore', () => {
  let endpoint: GrpcEndpoint;
  let store: OutcomeStore;
  let service: FakeStoreService;

  beforeEach(async () => {
    service = new FakeStoreService();
    endpoint = await startGrpcEndpoint([AlertService, OutcomeService], server => service.addTo(server));
    store = new GrpcOutcomeStore({ transport: endpoint.transport, patienceMs: PATIENCE_MS });
  });
  afterEach(() => endpoint[Symbol.asyncDispose]());

  const faultOf = async (recording: Promise<unknown>): Promise<OutcomeStoreError> => {
    const error = await recording.then(
      () => undefined,
      caught => caught,
    );
    expect(error).to.be.instanceOf(OutcomeStoreError);
    return error;
  };

  it('hands an outcome over whole', async () => {
    const outcome = finished('a-1');
    expect(await store.record({ record: outcome, isReplay: false })).to.deep.equal({
      kind: 'current',
      record: outcome,
    });
    expect(finishedFromProto(service.batches[0]?.[0] as Alert)).to.deep.equal(outcome);
  });

  it('sends outcomes that are found at the same time in batches of at most 200', async () => {
    const uids = Array.from({ length: 450 }, (_, i) => `a-${i}`);
    await Promise.all(uids.map(uid => store.record(foundOutcome(uid))));
    expect(service.batches.map(({ length }) => length)).to.deep.equal([200, 200, 50]);
    expect(service.batches.flat().map(({ uid }) => uid)).to.deep.equal(uids);
  });

  it('says which outcome of its message is current, and which alert has another one or is another one', async () => {
    const current = { ...finished('a-1'), processedAt: new Date(0) };
    service.current = alertToProto(current);
    const kinds: Record<string, Kind> = { 'a-1': Kind.UNCHANGED, 'a-2': Kind.SUPERSEDED, 'a-3': Kind.CONFLICT };
    service.judge = ({ uid }) => kinds[uid] as Kind;
    const recorded = await Promise.all(Object.keys(kinds).map(uid => store.record(foundOutcome(uid))));
    expect(recorded).to.deep.equal([
      { kind: 'current', record: current },
      { kind: 'superseded' },
      { kind: 'conflict' },
    ]);
  });

  it('waits for an alert that the store has not heard of, and holds nobody else up', async () => {
    service.judge = ({ uid }) => (uid === 'late' && service.batches.length < 4 ? Kind.UNKNOWN_ALERT : Kind.RECORDED);
    const order: string[] = [];
    const record = async (uid: string) => {
      expect(await store.record(foundOutcome(uid))).to.have.property('kind', 'current');
      order.push(uid);
    };
    await Promise.all([record('late'), record('there')]);
    expect(order).to.deep.equal(['there', 'late']);
    expect(service.batches.map(batch => batch.map(({ uid }) => uid))).to.deep.equal([
      ['late', 'there'],
      ['late'],
      ['late'],
      ['late'],
    ]);
  });

  it('gives an alert up for now that the store never hears of', async () => {
    service.judge = () => Kind.UNKNOWN_ALERT;
    expect((await faultOf(store.record(foundOutcome('a-1')))).reason).to.equal('ALERT_UNKNOWN');
  });

  it('does not insist on an outcome that is refused', async () => {
    service.judge = () => Kind.REFUSED;
    expect((await faultOf(store.record(foundOutcome('a-1')))).reason).to.equal('OUTCOME_REFUSED');
    expect(service.batches.length).to.equal(1);
  });

  it('lets an outcome that breaks its batch break only itself', async () => {
    service.judge = ({ uid }) => (uid === 'poison' ? Promise.reject(new Error('a bug')) : Kind.RECORDED);
    const recordings = ['a-1', 'poison', 'a-2'].map(uid => store.record(foundOutcome(uid)));
    for (const recording of [recordings[0], recordings[2]]) expect(await recording).to.have.property('kind', 'current');
    expect((await faultOf(recordings[1] as Promise<unknown>)).reason).to.equal('STORE_FAILED');
  });

  it('waits for a store that is away far beyond its patience, and goes on when it is back', async () => {
    const { port } = endpoint;
    await endpoint[Symbol.asyncDispose]();
    using transport = new ChannelTransport({
      address: `127.0.0.1:${port}`,
      services: [AlertService],
      defaultTimeoutMs: 2_000,
    });
    let failures = 0;
    const counting: Transport = {
      unary: (method, signal, timeoutMs, header, input) =>
        transport.unary(method, signal, timeoutMs, header, input).catch(error => {
          failures++;
          throw error;
        }),
      stream: (method, signal, timeoutMs, header, input) => transport.stream(method, signal, timeoutMs, header, input),
    };
    const recording = new GrpcOutcomeStore({ transport: counting, patienceMs: 1 }).record(foundOutcome('a-1'));
    await eventually(() => expect(failures).to.be.at.least(2));
    endpoint = await startGrpcEndpoint([AlertService, OutcomeService], server => service.addTo(server), { port });
    expect(await recording).to.have.property('kind', 'current');
  });

  it('lets a store that is back hear of the alert first', async () => {
    const { Unavailable } = Code;
    // Each call tries four times by itself.
    const answers = [...Array<undefined>(8), Kind.UNKNOWN_ALERT, Kind.RECORDED];
    service.judge = () => answers.shift() ?? Promise.reject(new ConnectError('the database is away', Unavailable));
    expect(await store.record(foundOutcome('a-1'))).to.have.property('kind', 'current');
    expect(answers).to.deep.equal([]);
  });

  it('stops waiting at once for a store that is away, or gives no answer', async () => {
    for (const judge of [
      () => Promise.reject(new ConnectError('away', Code.Unavailable)),
      () => new Promise<Kind>(() => {}),
    ]) {
      service.judge = judge;
      service.batches.length = 0;
      const stop = new AbortController();
      const recording = store.record(foundOutcome('a-1'), stop.signal).catch(error => error);
      await eventually(() => expect(service.batches.length).to.be.at.least(1));
      stop.abort('stopping');
      expect(await recording).to.equal('stopping');
    }
  });

  it('stops waiting when nobody wants the answer any longer', async () => {
    const stop = new AbortController();
    const reason = new Error('stopping');
    service.judge = () => {
      setImmediate(() => stop.abort(reason));
      return Kind.UNKNOWN_ALERT;
    };
    const patient = new GrpcOutcomeStore({ transport: endpoint.transport, patienceMs: 60_000 });
    expect(await patient.record(foundOutcome('a-1'), stop.signal).catch(error => error)).to.equal(reason);
  });
});
