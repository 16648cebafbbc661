import { once } from 'node:events';
import { create, fromBinary, getExtension, type MessageInitShape } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { http } from '@vigie/proto/google/api/annotations_pb.ts';
import { ErrorInfoSchema, RetryInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { ServerReflection } from '@vigie/proto/grpc/reflection/v1/reflection_pb.ts';
import { ServerReflection as ServerReflectionAlpha } from '@vigie/proto/grpc/reflection/v1alpha/reflection_pb.ts';
import { HealthCheckResponse_ServingStatus, Health as HealthService } from '@vigie/proto/health/v1/health_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { expect } from 'chai';
import { Health } from '../telemetry/health.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { rpcError } from './rpc-error.ts';
import { collect, failure, yieldAll } from './testing/rpc-outcome.ts';
import { openChannel, startSpecServer } from './testing/spec-server.ts';

describe('GrpcServer', () => {
  it('translates an error it knows and hides one that it does not', async () => {
    await using server = await startSpecServer(
      AlertService,
      {
        createAlert: async () => {
          throw new RangeError('known');
        },
        batchCreateAlerts: async () => {
          throw new TypeError('the password is hunter2');
        },
      },
      {
        translateError: error =>
          error instanceof RangeError ? rpcError(Code.OutOfRange, 'Too far.', { reason: 'FAR' }) : undefined,
      },
    );
    using channel = openChannel(server.address);
    const client = createClient(AlertService, channel);

    const known = await failure(client.createAlert({}));
    expect([known.code, known.rawMessage]).to.deep.equal([Code.OutOfRange, 'Too far.']);

    const unknown = await failure(client.batchCreateAlerts({}));
    expect(unknown.code).to.equal(Code.Internal);
    expect(unknown.rawMessage).not.to.contain('hunter2');
    expect(unknown.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('INTERNAL');
  });

  it('ends watches with UNAVAILABLE when it stops, and finishes unary calls', async () => {
    const watching = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const stopped = Promise.withResolvers<void>();
    const server = await startSpecServer(AlertService, {
      async *watchAlerts(_request, { signal, sendHeaders }) {
        sendHeaders();
        watching.resolve();
        await once(signal, 'abort').then(() => stopped.resolve());
        yield* [];
      },
      async getAlert() {
        started.resolve();
        await finish.promise;
        return { uid: 'done' };
      },
    });
    using channel = openChannel(server.address);
    const client = createClient(AlertService, channel);
    const watch = failure(drain(client.watchAlerts({})));
    const unary = client.getAlert({});
    await Promise.all([watching.promise, started.promise]);

    const closing = server[Symbol.asyncDispose]();
    await stopped.promise;
    finish.resolve();
    const error = await watch;
    expect(error.code).to.equal(Code.Unavailable);
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('STOPPING');
    expect(error.findDetails(RetryInfoSchema)).to.have.lengthOf(1);
    expect((await unary).uid).to.equal('done');
    await closing;
  });

  it('answers what it took of a bidirectional stream before it stops', async () => {
    const taken = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const server = await startSpecServer(AlertService, {
      async *streamAlerts(requests) {
        for await (const { alert } of requests) {
          taken.resolve();
          await finish.promise;
          yield { result: { outcome: { case: 'accepted', value: { uid: alert?.uid ?? '' } } } };
        }
      },
    });
    using channel = openChannel(server.address);
    const over = Promise.withResolvers<void>();
    async function* requests() {
      yield { alert: { uid: 'taken' } };
      await over.promise;
    }
    const answered: string[] = [];
    const call = failure(
      (async () => {
        for await (const { result } of createClient(AlertService, channel).streamAlerts(requests())) {
          if (result?.outcome.case === 'accepted') answered.push(result.outcome.value.uid);
        }
      })(),
    );
    await taken.promise;
    const closing = server[Symbol.asyncDispose]();
    finish.resolve();
    expect((await call).code).to.equal(Code.Unavailable);
    expect(answered).to.deep.equal(['taken']);
    over.resolve();
    await closing;
  });

  it('cuts off what outlives the grace period', async () => {
    const started = Promise.withResolvers<void>();
    const server = await startSpecServer(
      AlertService,
      {
        getAlert() {
          started.resolve();
          return new Promise(() => {});
        },
      },
      { shutdownGraceMs: 50 },
    );
    using channel = openChannel(server.address);
    const call = failure(createClient(AlertService, channel).getAlert({}, { timeoutMs: 1_000 }));
    await started.promise;
    await server[Symbol.asyncDispose]();
    await call;
  });

  it('reports each method ready by what it needs, and a service by what all its methods need', async () => {
    const health = new Health();
    await using server = await startSpecServer(
      AlertService,
      { getAlert: async () => ({}), createAlert: async () => ({}), listAlerts: async () => ({}) },
      { health, needs: { getAlert: ['disk'], listAlerts: [] } },
    );
    const problems: Record<string, string | undefined> = {};
    for (const name of ['disk', 'queue']) health.addCheck(name, () => problems[name]);
    using channel = openChannel(server.address);
    const client = createClient(HealthService, channel);
    const { typeName } = AlertService;
    const serving = async () => {
      const { statuses } = await client.list({});
      const names = Object.keys(statuses).filter(
        name => statuses[name]?.status === HealthCheckResponse_ServingStatus.SERVING,
      );
      return names.map(name => name.replace(`${typeName}/`, '')).sort();
    };
    expect(await serving()).to.deep.equal(['', 'CreateAlert', 'GetAlert', 'ListAlerts', typeName]);
    problems.queue = 'full';
    expect(await serving()).to.deep.equal(['GetAlert', 'ListAlerts']);
    problems.disk = 'full';
    expect(await serving()).to.deep.equal(['ListAlerts']);
    expect((await client.check({ service: `${typeName}/GetAlert` })).status).to.equal(
      HealthCheckResponse_ServingStatus.NOT_SERVING,
    );
    health.enter('stopping');
    expect(await serving()).to.deep.equal([]);
    expect((await failure(client.check({ service: `${typeName}/WatchAlerts` }))).code).to.equal(Code.NotFound);
  });

  it('tells grpc.health.v1 whether it is ready', async () => {
    await using server = await startSpecServer(AlertService, { getAlert: async () => ({}) });
    let fault: string | undefined;
    server.health.addCheck('disk', () => fault);
    using channel = openChannel(server.address);
    const statuses: HealthCheckResponse_ServingStatus[] = [];
    const watch = createClient(HealthService, channel).watch({ service: AlertService.typeName });
    const watching = (async () => {
      for await (const { status } of watch) {
        if (statuses.at(-1) !== status) statuses.push(status);
        if (status === HealthCheckResponse_ServingStatus.SERVING) {
          if (statuses.includes(HealthCheckResponse_ServingStatus.NOT_SERVING, 1)) return;
          fault = 'full';
        } else {
          fault = undefined;
        }
      }
    })();
    await watching;
    const { SERVING, NOT_SERVING } = HealthCheckResponse_ServingStatus;
    expect(statuses.slice(-3)).to.deep.equal([SERVING, NOT_SERVING, SERVING]);
  });

  it('counts calls by method and code', async () => {
    const metrics = createMetrics('spec');
    await using server = await startSpecServer(
      AlertService,
      {
        getAlert: async () => {
          throw new ConnectError('no', Code.NotFound);
        },
      },
      { metrics },
    );
    using channel = openChannel(server.address);
    await failure(createClient(AlertService, channel).getAlert({}));
    expect(await metrics.metrics()).to.match(
      /grpc_server_handled_total\{method="\/vigie\.alert\.v1\.AlertService\/GetAlert",code="NotFound".*\} 1/,
    );
  });

  it('serves and describes the methods that it implements, and no others', async () => {
    await using server = await startSpecServer(AlertService, { getAlert: async ({ uid }) => ({ uid }) });
    using channel = openChannel(server.address);
    const client = createClient(AlertService, channel);
    expect((await client.getAlert({ uid: 'a' })).uid).to.equal('a');
    expect((await failure(client.createAlert({}))).code).to.equal(Code.Unimplemented);

    for (const service of [ServerReflection, ServerReflectionAlpha]) {
      const { serverReflectionInfo: method } = service.method as typeof ServerReflection.method;
      const ask = async (messageRequest: MessageInitShape<typeof method.input>['messageRequest']) => {
        const requests = yieldAll([create(method.input, { messageRequest } as never)]);
        const { message } = await channel.stream(method, undefined, undefined, undefined, requests);
        const [answer] = await collect(message);
        return answer?.messageResponse;
      };
      const listed = await ask({ case: 'listServices', value: '' });
      expect(listed?.case === 'listServicesResponse' && listed.value.service.map(({ name }) => name)).to.deep.equal([
        AlertService.typeName,
        HealthService.typeName,
        ServerReflection.typeName,
        ServerReflectionAlpha.typeName,
      ]);
      const symbol = (name: string) => ask({ case: 'fileContainingSymbol', value: `${AlertService.typeName}${name}` });
      const file = await symbol('.GetAlert');
      if (file?.case !== 'fileDescriptorResponse') expect.fail('GetAlert is not described');
      const described = fromBinary(FileDescriptorProtoSchema, file.value.fileDescriptorProto[0] as Uint8Array);
      expect(described.service.map(({ method: methods }) => methods.map(({ name }) => name))).to.deep.equal([
        ['GetAlert'],
      ]);
      const [, getAlert] = described.sourceCodeInfo?.location.filter(({ path: [part] }) => part === 6) ?? [];
      expect(getAlert).to.deep.include({ path: [6, 0, 2, 0] });
      expect(getAlert?.leadingComments).to.match(/^ Returns one alert/);
      const options = described.service[0]?.method[0]?.options;
      expect(options && getExtension(options, http).pattern).to.deep.equal({ case: 'get', value: '/v1/alerts/{uid}' });
      const health = await ask({ case: 'fileByFilename', value: 'grpc/health/v1/health.proto' });
      expect(health?.case).to.equal('fileDescriptorResponse');
      expect((await symbol('.CreateAlert'))?.case).to.equal('errorResponse');
      const rules = await ask({ case: 'fileContainingSymbol', value: 'buf.validate.field' });
      expect(rules?.case === 'fileDescriptorResponse' && rules.value.fileDescriptorProto).not.to.be.empty;
    }
  });
});

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}
