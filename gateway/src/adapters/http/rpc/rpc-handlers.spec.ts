import { create, type JsonObject, toJson } from '@bufbuild/protobuf';
import { Code, createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { BadRequestSchema, ErrorInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { ServerReflection } from '@vigie/proto/grpc/reflection/v1/reflection_pb.ts';
import { ServerReflection as ServerReflectionAlpha } from '@vigie/proto/grpc/reflection/v1alpha/reflection_pb.ts';
import { HealthCheckResponse_ServingStatus, Health as HealthService } from '@vigie/proto/health/v1/health_pb.ts';
import { ApiKeyService } from '@vigie/proto/vigie/access/v1/api_key_service_pb.ts';
import { AuditService } from '@vigie/proto/vigie/access/v1/audit_service_pb.ts';
import { SessionService } from '@vigie/proto/vigie/access/v1/session_service_pb.ts';
import { TenantService } from '@vigie/proto/vigie/access/v1/tenant_service_pb.ts';
import { UserService } from '@vigie/proto/vigie/access/v1/user_service_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { OutcomeService } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { QuarantinedAlertService } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_service_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { invalidArgument } from '@vigie/service-kit/grpc';
import { aborted, accepted, collect, failure, yieldAll } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { readConfig } from '../../../config.ts';
import { tokenAt } from '../../../testing/fake-outcomes.ts';
import { closing, PROTOCOLS } from '../../../testing/protocols.ts';
import { runGateway } from '../../../testing/running-gateway.ts';

describe('a batch over Connect in JSON', () => {
  it('has an item refused alone that can not be read', async () => {
    await using gateway = await runGateway({
      ingest: { batchCreateAlerts: async ({ alerts }) => ({ results: alerts.map(({ uid }) => accepted(uid)) }) },
    });
    const response = await fetch(`${gateway.url}/vigie.alert.v1.AlertService/BatchCreateAlerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ alerts: [{ uid: 'a' }, { uid: 7 }, { uid: 'c' }] }),
    });
    expect(response.status).to.equal(200);
    const { results } = (await response.json()) as { results: JsonObject[] };
    expect(results[0]).to.have.nested.property('accepted.uid', 'a');
    expect(results[1]).to.have.nested.property('error.code', 3);
    expect(results[1]).to.have.nested.property('error.details[1].fieldViolations[0].field', 'uid');
    expect(results[2]).to.have.nested.property('accepted.uid', 'c');
  });
});

for (const protocol of PROTOCOLS) {
  describe(`RPC through the gateway: ${protocol.name}`, () => {
    it('carries unary calls and client streams, both ways where the protocol can', async () => {
      await using gateway = await runGateway({
        ingest: {
          createAlert: async ({ alert }) => ({ uid: alert?.uid ?? '', duplicate: true }),
          async *streamAlerts(requests) {
            for await (const { alert } of requests) yield { result: accepted(alert?.uid) };
          },
        },
        probe: {
          async probeStream(requests) {
            let length = 0n;
            for await (const { chunk } of requests) length += BigInt(chunk.length);
            return { finding: { case: 'missing', value: { lengthBytes: length } } };
          },
        },
      });
      const transport = protocol.open(gateway);
      await using _closing = closing(transport);
      const alerts = createClient(AlertService, transport);
      expect(await alerts.createAlert({ alert: { uid: 'a' } })).to.include({ uid: 'a', duplicate: true });

      const chunks = [{ chunk: new Uint8Array(3) }, { chunk: new Uint8Array(4) }];
      const { finding } = await createClient(VideoService, transport).probeStream(yieldAll(chunks));
      expect(finding.value).to.include({ lengthBytes: 7n });

      if (!protocol.duplex) return;
      const answers = alerts.streamAlerts(yieldAll([{ alert: { uid: '1' } }, { alert: { uid: '2' } }]));
      const uids = await collect(answers, ({ result }) =>
        result?.outcome.case === 'accepted' ? result.outcome.value.uid : '',
      );
      expect(uids).to.deep.equal(['1', '2']);
    });

    it('passes errors on with their details', async () => {
      const error = invalidArgument([{ field: 'video', description: 'is required' }]);
      await using gateway = await runGateway({
        ingest: {
          createAlert: async () => {
            throw error;
          },
        },
      });
      const transport = protocol.open(gateway);
      await using _closing = closing(transport);
      const found = await failure(createClient(AlertService, transport).createAlert({}));
      expect([found.code, found.rawMessage]).to.deep.equal([Code.InvalidArgument, 'video is required']);
      expect(found.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field).to.equal('video');
    });

    it('passes the deadline and the cancellation on', async () => {
      const signals: AbortSignal[] = [];
      const taken = Promise.withResolvers<void>();
      await using gateway = await runGateway({
        store: {
          async getAlert(_request, { signal }) {
            signals.push(signal);
            await aborted(signal);
            return {};
          },
          async *watchAlerts(_request, { signal }) {
            signals.push(signal);
            yield { resumeToken: tokenAt(0) };
            taken.resolve();
            await aborted(signal);
          },
        },
      });
      const transport = protocol.open(gateway);
      await using _closing = closing(transport);
      const client = createClient(AlertService, transport);
      // The deadline is for the call, not for the first connection on a busy machine.
      await gateway.health.readiness();
      // On such a machine it may pass before the call has reached the service, which then has no signal to abort.
      for (let timeoutMs = 200; signals.length === 0; timeoutMs *= 2) {
        const late = await failure(client.getAlert({}, { timeoutMs }));
        expect(late.code).to.equal(Code.DeadlineExceeded);
      }

      const caller = new AbortController();
      const watch = failure(collect(client.watchAlerts({}, { signal: caller.signal })));
      await taken.promise;
      caller.abort();
      expect((await watch).code).to.equal(Code.Canceled);
      expect(signals.length).to.be.at.least(2);
      await Promise.all(signals.map(aborted));
    });

    if (protocol.duplex) {
      it('logs no error when a client leaves a stream', async () => {
        const left = new Set<AbortSignal>();
        await using gateway = await runGateway({
          ingest: {
            async *streamAlerts(requests, { signal }) {
              left.add(signal);
              for await (const { alert } of requests) yield { result: accepted(alert?.uid) };
            },
          },
        });
        const transport = protocol.open(gateway);
        await using _closing = closing(transport);
        const never = Promise.withResolvers<void>();
        async function* requests() {
          yield { alert: { uid: 'a' } };
          await never.promise;
        }
        const clients = Array.from({ length: 5 }, async () => {
          const caller = new AbortController();
          const answers = createClient(AlertService, transport).streamAlerts(requests(), { signal: caller.signal });
          expect((await failure(collect(answers, () => caller.abort()))).code).to.equal(Code.Canceled);
        });
        await Promise.all(clients);
        await Promise.all([...left].map(aborted));
        await gateway.stop();
        expect(gateway.errors).to.deep.equal([]);
        never.resolve();
      });
    }

    it('does not serve what is for calls between services', async () => {
      let called = false;
      await using gateway = await runGateway({
        storeInternal: {
          async recordOutcomes() {
            called = true;
            return {};
          },
        },
      });
      const transport = protocol.open(gateway);
      await using _closing = closing(transport);
      const error = await failure(createClient(OutcomeService, transport).recordOutcomes({}));
      expect(error.code).to.equal(Code.Unimplemented);
      expect(called).to.equal(false);
    });
  });
}

describe('RPC through the gateway', () => {
  it('answers a method without side effects over HTTP GET too, and no other', async () => {
    await using gateway = await runGateway({ store: { getAlert: async ({ uid }) => ({ uid }) } });
    const get = (path: string) =>
      fetch(`${gateway.url}/${path}?connect=v1&encoding=json&message=%7B%22uid%22%3A%22a%22%7D`);
    const answer = await get('vigie.alert.v1.AlertService/GetAlert');
    expect([answer.status, await answer.json()]).to.deep.equal([200, { uid: 'a' }]);
    expect((await get('vigie.alert.v1.AlertService/CreateAlert')).status).to.equal(405);
  });

  it('refuses a field that it does not know', async () => {
    await using gateway = await runGateway({ ingest: { createAlert: async () => ({}) } });
    const response = await fetch(`${gateway.url}/vigie.alert.v1.AlertService/CreateAlert`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"alert":{"vidoe":"x"}}',
    });
    expect(response.status).to.equal(400);
    expect(await response.text()).to.contain('vidoe');
  });

  it('gives a call without a deadline its own, and shortens one that is too long', async () => {
    await using gateway = await runGateway(
      {
        store: {
          async getAlert(_request, { signal }) {
            await aborted(signal);
            return {};
          },
        },
      },
      { requestTimeoutMs: 100, maxTimeoutMs: 200 },
    );
    for (const { open } of PROTOCOLS) {
      const transport = open(gateway);
      await using _closing = closing(transport);
      const client = createClient(AlertService, transport);
      // Longer than the test may take.
      for (const timeoutMs of [undefined, 1e7]) {
        const error = await failure(client.getAlert({}, timeoutMs === undefined ? {} : { timeoutMs }));
        expect(error.code).to.equal(Code.DeadlineExceeded);
        expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('DEADLINE_EXCEEDED');
      }
    }
  });

  it('refuses a message that is too large', async () => {
    await using gateway = await runGateway(
      { ingest: { createAlert: async () => ({}) } },
      { requestLimits: { ...readConfig({}).requestLimits, maxBodyBytes: 1_024 } },
    );
    const transport = createConnectTransport({ baseUrl: gateway.url, httpVersion: '1.1' });
    const call = createClient(AlertService, transport).createAlert({ alert: { uid: 'x'.repeat(2_000) } });
    expect((await failure(call)).code).to.equal(Code.ResourceExhausted);
  });

  it("ends a stream with the client's own mistake", async () => {
    await using gateway = await runGateway({
      probe: {
        async probeStream(requests) {
          for await (const _ of requests);
          return {};
        },
      },
    });
    const envelope = Buffer.concat([Buffer.from([0, 0, 0, 0, 9]), Buffer.from('{"nix":1}')]);
    const response = await fetch(`${gateway.url}/vigie.video.v1.VideoService/ProbeStream`, {
      method: 'POST',
      headers: { 'content-type': 'application/connect+json' },
      body: envelope,
    });
    expect(await response.text())
      .to.contain('invalid_argument')
      .and.contain('nix');
  });

  it('ends watches with UNAVAILABLE when it stops, and answers what it took of a bidirectional stream', async () => {
    const taken = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    await using gateway = await runGateway({
      ingest: {
        async *streamAlerts(requests) {
          for await (const { alert } of requests) {
            taken.resolve();
            await finish.promise;
            yield { result: accepted(alert?.uid) };
          }
        },
      },
      store: {
        async *watchAlerts(_request, { signal }) {
          yield { resumeToken: tokenAt(0) };
          await aborted(signal);
        },
      },
    });
    const transport = createGrpcTransport({ baseUrl: gateway.url });
    const over = Promise.withResolvers<void>();
    async function* requests() {
      yield { alert: { uid: 'taken' } };
      await over.promise;
    }
    const watching = Promise.withResolvers<void>();
    const watch = failure(collect(createClient(AlertService, transport).watchAlerts({}), () => watching.resolve()));
    const uids: string[] = [];
    const stream = failure(
      collect(createClient(AlertService, transport).streamAlerts(requests()), ({ result }) => {
        if (result?.outcome.case === 'accepted') uids.push(result.outcome.value.uid);
      }),
    );
    await Promise.all([taken.promise, watching.promise]);
    const stopped = gateway.stop();
    expect((await watch).code).to.equal(Code.Unavailable);
    finish.resolve();
    expect((await stream).code).to.equal(Code.Unavailable);
    expect(uids).to.deep.equal(['taken']);
    over.resolve();
    await stopped;
  });

  it('reports its health by grpc.health.v1, and recovers by itself', async () => {
    await using gateway = await runGateway({});
    const transport = createGrpcTransport({ baseUrl: gateway.url });
    await using _closing = closing(transport);
    const client = createClient(HealthService, transport);
    const { SERVING, NOT_SERVING } = HealthCheckResponse_ServingStatus;
    expect((await client.check({})).status).to.equal(SERVING);
    expect((await client.check({ service: AlertService.typeName })).status).to.equal(SERVING);
    expect((await failure(client.check({ service: 'nix' }))).code).to.equal(Code.NotFound);
    await gateway.stopServices();
    expect((await client.check({})).status).to.equal(NOT_SERVING);
    expect((await gateway.health.readiness()).checks.store).to.match(/no answer/);
    await gateway.restartServices();
    for await (const { status } of client.watch({})) if (status === SERVING) break;
  });

  it('tells the health of each service by what that one depends on', async () => {
    await using gateway = await runGateway({});
    const transport = createGrpcTransport({ baseUrl: gateway.url });
    await using _closing = closing(transport);
    const client = createClient(HealthService, transport);
    const { SERVING, NOT_SERVING } = HealthCheckResponse_ServingStatus;
    await gateway.stopServices('probe');
    const statuses = [VideoService.typeName, AlertService.typeName, QuarantinedAlertService.typeName, ''].map(
      async service => {
        for await (const { status } of client.watch({ service })) return status;
      },
    );
    expect(await Promise.all(statuses)).to.deep.equal([NOT_SERVING, SERVING, SERVING, SERVING]);
  });

  it('is ready as long as it can accept alerts, and says what else it cannot serve', async () => {
    await using gateway = await runGateway({});
    await gateway.stopServices('probe', 'store');
    const { ready, checks } = await gateway.health.readiness();
    expect(ready).to.equal(true);
    expect(checks).to.include({ service: 'ok', ingest: 'ok' });
    expect(checks.store).to.match(/can't serve GetAlert/);
    expect(checks.probe).to.match(/can't serve ProbeVideo/);
    await gateway.stopServices('ingest');
    expect((await gateway.health.readiness()).ready).to.equal(false);
  });

  for (const service of [ServerReflection, ServerReflectionAlpha]) {
    it(`describes itself by ${service.typeName}`, async () => {
      await using gateway = await runGateway({});
      const transport = createGrpcTransport({ baseUrl: gateway.url });
      await using _closing = closing(transport);
      const ask = async (messageRequest: object) => {
        const method = service.method.serverReflectionInfo as typeof ServerReflection.method.serverReflectionInfo;
        const requests = yieldAll([create(method.input, { messageRequest } as never)]);
        const { message } = await transport.stream(method, undefined, undefined, undefined, requests);
        const [answer] = await collect(message);
        return toJson(method.output, answer ?? create(method.output)) as Record<string, JsonObject>;
      };
      const listed = await ask({ case: 'listServices', value: '' });
      expect(listed.listServicesResponse?.service).to.deep.equal(
        [
          AlertService,
          QuarantinedAlertService,
          ApiKeyService,
          UserService,
          TenantService,
          SessionService,
          AuditService,
          VideoService,
          HealthService,
          ServerReflection,
          ServerReflectionAlpha,
        ].map(({ typeName }) => ({ name: typeName })),
      );
      const found = [
        { case: 'fileContainingSymbol', value: 'vigie.alert.v1.Alert' },
        { case: 'fileContainingSymbol', value: 'vigie.alert.v1.Alert.uid' },
        { case: 'fileContainingSymbol', value: 'vigie.alert.v1.Alert.RECEIVED' },
        { case: 'fileContainingSymbol', value: 'vigie.alert.v1.AlertService.WatchAlerts' },
        { case: 'fileContainingSymbol', value: 'google.rpc.ErrorInfo' },
        { case: 'fileByFilename', value: 'google/api/http.proto' },
        { case: 'fileByFilename', value: 'grpc/health/v1/health.proto' },
        {
          case: 'fileContainingExtension',
          value: { containingType: 'google.protobuf.MethodOptions', extensionNumber: 50001 },
        },
      ];
      for (const request of found) {
        const { fileDescriptorResponse } = await ask(request);
        expect(fileDescriptorResponse?.fileDescriptorProto, JSON.stringify(request)).to.have.lengthOf(1);
      }
      const unknown = [
        'nix',
        'vigie.alert.v1.Alert.nix',
        OutcomeService.typeName,
        `${OutcomeService.typeName}.RecordOutcomes`,
      ];
      for (const value of unknown) {
        expect(await ask({ case: 'fileContainingSymbol', value }), value).to.have.property('errorResponse');
      }
      const internal = { case: 'fileByFilename', value: `${OutcomeService.file.name}.proto` };
      expect(await ask(internal)).to.have.property('errorResponse');
      const extensions = await ask({ case: 'allExtensionNumbersOfType', value: 'google.protobuf.MethodOptions' });
      expect(extensions.allExtensionNumbersResponse?.extensionNumber).to.include(50001);
    });
  }
});
