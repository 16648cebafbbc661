import type { FinishedAlert } from '@vigie/mesh/alert/alert-record.ts';
import { ChannelTransport } from '@vigie/mesh/grpc/channel-transport.ts';
import { finishedFromProto } from '@vigie/mesh/wire/record-wire.ts';
import type { AlertRecord } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { AlertStoreService, RecordResult_Kind as Kind } from '@vigie/proto/vigie/store/v1/alert_store_service_pb.ts';
import { expect } from 'chai';
import { type OutcomeStore, OutcomeStoreError } from '../../ports/outcome-store.ts';
import { deliveryOf } from '../../testing/delivery-of.ts';
import { FakeStoreService } from '../../testing/fake-store-service.ts';
import { type GrpcEndpoint, startGrpcEndpoint } from '../../testing/grpc-endpoint.ts';
import { mediaOf } from '../../testing/media-of.ts';
import { GrpcOutcomeStore } from './grpc-outcome-store.ts';

const PATIENCE_MS = 300;

function finished(uid: string): FinishedAlert {
  const { alert, receivedAt, traceId } = deliveryOf();
  return {
    alert: { ...alert, uid },
    receivedAt,
    traceId,
    outcome: { status: 'PROCESSED', media: mediaOf() },
    effort: { attempts: 1, bytesRead: 32_768, requests: 1, elapsedMs: 2.5 },
    processedAt: new Date(),
  };
}

describe('GrpcOutcomeStore', () => {
  let endpoint: GrpcEndpoint;
  let store: OutcomeStore;
  let service: FakeStoreService;

  beforeEach(async () => {
    service = new FakeStoreService();
    endpoint = await startGrpcEndpoint(AlertStoreService, service.implementation);
    store = new GrpcOutcomeStore({ transport: endpoint.transport, patienceMs: PATIENCE_MS });
  });
  afterEach(() => endpoint[Symbol.asyncDispose]());

  const faultOf = async (recording: Promise<unknown>): Promise<OutcomeStoreError> => {
    const error = await recording.then(
      () => undefined,
      caught => caught,
    );
    expect(error).instanceOf(OutcomeStoreError);
    return error;
  };

  it('hands an outcome over whole', async () => {
    const outcome = finished('a-1');
    expect(await store.record(outcome)).equal('recorded');
    expect(finishedFromProto(service.batches[0]?.[0] as AlertRecord)).deep.equal(outcome);
  });

  it('sends outcomes that are found at the same time in batches of at most 200', async () => {
    const uids = Array.from({ length: 450 }, (_, i) => `a-${i}`);
    await Promise.all(uids.map(uid => store.record(finished(uid))));
    expect(service.batches.map(({ length }) => length)).deep.equal([200, 200, 50]);
    expect(service.batches.flat().map(({ uid }) => uid)).deep.equal(uids);
  });

  it('takes an outcome that was there already as recorded, and tells a conflict', async () => {
    service.judge = ({ uid }) => (uid === 'a-1' ? Kind.UNCHANGED : Kind.CONFLICT);
    expect(await Promise.all([store.record(finished('a-1')), store.record(finished('a-2'))])).deep.equal([
      'recorded',
      'conflict',
    ]);
  });

  it('waits for an alert that the store has not heard of, and holds nobody else up', async () => {
    service.judge = ({ uid }) => (uid === 'late' && service.batches.length < 4 ? Kind.UNKNOWN_ALERT : Kind.RECORDED);
    const order: string[] = [];
    const record = async (uid: string) => {
      expect(await store.record(finished(uid))).equal('recorded');
      order.push(uid);
    };
    await Promise.all([record('late'), record('there')]);
    expect(order).deep.equal(['there', 'late']);
    expect(service.batches.map(batch => batch.map(({ uid }) => uid))).deep.equal([
      ['late', 'there'],
      ['late'],
      ['late'],
      ['late'],
    ]);
  });

  it('gives an alert up for now that the store never hears of', async () => {
    service.judge = () => Kind.UNKNOWN_ALERT;
    expect((await faultOf(store.record(finished('a-1')))).reason).equal('ALERT_UNKNOWN');
  });

  it('does not insist on an outcome that is refused', async () => {
    service.judge = () => Kind.REFUSED;
    expect((await faultOf(store.record(finished('a-1')))).reason).equal('OUTCOME_REFUSED');
    expect(service.batches.length).equal(1);
  });

  it('lets an outcome that breaks its batch break only itself', async () => {
    service.judge = ({ uid }) => (uid === 'poison' ? Promise.reject(new Error('a bug')) : Kind.RECORDED);
    const recordings = ['a-1', 'poison', 'a-2'].map(uid => store.record(finished(uid)));
    expect(await Promise.all([recordings[0], recordings[2]])).deep.equal(['recorded', 'recorded']);
    expect((await faultOf(recordings[1] as Promise<unknown>)).reason).equal('STORE_UNREACHABLE');
  });

  it('waits for a store that is away, and goes on when it is back', async () => {
    const { port } = endpoint;
    await endpoint[Symbol.asyncDispose]();
    using transport = new ChannelTransport({
      address: `127.0.0.1:${port}`,
      services: [AlertStoreService],
      defaultTimeoutMs: 2_000,
    });
    const patient = new GrpcOutcomeStore({ transport, patienceMs: 20_000 });
    const recording = patient.record(finished('a-1'));
    endpoint = await startGrpcEndpoint(AlertStoreService, service.implementation, { port });
    expect(await recording).equal('recorded');
  });

  it('gives up for now when the store stays away', async () => {
    await endpoint[Symbol.asyncDispose]();
    expect((await faultOf(store.record(finished('a-1')))).reason).equal('STORE_UNREACHABLE');
  });

  it('stops waiting when nobody wants the answer any longer', async () => {
    const stop = new AbortController();
    const reason = new Error('stopping');
    service.judge = () => {
      setImmediate(() => stop.abort(reason));
      return Kind.UNKNOWN_ALERT;
    };
    const patient = new GrpcOutcomeStore({ transport: endpoint.transport, patienceMs: 60_000 });
    expect(await patient.record(finished('a-1'), stop.signal).catch(error => error)).equal(reason);
  });
});
