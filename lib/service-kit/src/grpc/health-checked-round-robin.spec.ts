import { create, type Message } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { experimental, type MethodDefinition, Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import { waitFor } from '@vigie/dev-env/testing';
import { Health as HealthService } from '@vigie/proto/health/v1/health_pb.ts';
import { AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { expect } from 'chai';
import type { Registry } from 'prom-client';
import { createMetrics } from '../telemetry/metrics.ts';
import type { ChannelTransport } from './channel-transport.ts';
import type { GrpcServerOptions } from './grpc-server.ts';
import { deserializer, methodPath, serializer } from './rpc-method.ts';
import { DEFAULT_GRPC_SERVER_LIMITS } from './server/grpc-server-limits.ts';
import { nameServers } from './testing/spec-name.ts';
import { openChannel, type SpecServer, startSpecServer } from './testing/spec-server.ts';

describe('a channel to several servers', () => {
  interface NamedServer extends SpecServer {
    /** Why it isn't ready, if it isn't. */
    fault: string | undefined;
    readonly metrics: Registry;
  }

  /** Answers GetAlert with its own name. */
  async function startNamed(name: string, options: Partial<GrpcServerOptions> = {}): Promise<NamedServer> {
    const metrics = createMetrics('spec');
    const implementation = { getAlert: async () => ({ uid: name }) };
    const server = await startSpecServer(AlertService, implementation, { metrics, ...options });
    const named: NamedServer = { ...server, metrics, fault: undefined };
    server.health.addCheck('spec', () => named.fault);
    return named;
  }

  const openTo = (...servers: { readonly port: number }[]): ChannelTransport =>
    openChannel(`ipv4:${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`);

  /** The names of those who answer a number of calls in a row. */
  async function answerers(channel: ChannelTransport): Promise<string> {
    const client = createClient(AlertService, channel);
    const names = new Set<string>();
    for (let call = 0; call < 6; call++) names.add((await client.getAlert({})).uid);
    return [...names].toSorted().join();
  }

  const untilAnsweredBy = (channel: ChannelTransport, names: string) =>
    waitFor(`answers of ${names}`, async () => ((await answerers(channel)) === names ? true : undefined));

  const openWatches = async (server: NamedServer): Promise<number> => {
    const metric = server.metrics.getSingleMetric('grpc_server_in_flight');
    const { values } = (await metric?.get()) ?? { values: [] };
    return values.find(({ labels }) => labels.method === methodPath(HealthService.method.watch))?.value ?? 0;
  };

  it('leaves out a server that is alive but not ready, until it is ready again', async () => {
    await using a = await startNamed('a');
    await using b = await startNamed('b');
    using channel = openTo(a, b);
    await untilAnsweredBy(channel, 'a,b');
    a.fault = 'its disk is full';
    await untilAnsweredBy(channel, 'b');
    a.fault = undefined;
    await untilAnsweredBy(channel, 'a,b');
  });

  it('turns to what is there where no server is ready', async () => {
    await using a = await startNamed('a');
    await using b = await startNamed('b');
    using channel = openTo(a, b);
    await untilAnsweredBy(channel, 'a,b');
    a.fault = 'Postgres is gone';
    await untilAnsweredBy(channel, 'b');
    b.fault = 'Postgres is gone';
    await untilAnsweredBy(channel, 'a,b');
    await a[Symbol.asyncDispose]();
    await untilAnsweredBy(channel, 'b');
  });

  it('hands no call to a server that has not said yet that it is ready', async () => {
    await using a = await startNamed('a');
    await using b = await startNamed('b');
    b.fault = 'it is still starting';
    using channel = openTo(a, b);
    await untilAnsweredBy(channel, 'a');
    expect(await answerers(channel)).to.equal('a');
    b.fault = undefined;
    await untilAnsweredBy(channel, 'a,b');
  });

  it('finds a new replica once its connections have come of age', async () => {
    const { listenerLimits } = DEFAULT_GRPC_SERVER_LIMITS;
    const limits = { ...DEFAULT_GRPC_SERVER_LIMITS, listenerLimits: { ...listenerLimits, maxConnectionAgeMs: 200 } };
    await using a = await startNamed('a', { limits });
    using channel = openChannel(nameServers('replicas', [a.port]));
    await untilAnsweredBy(channel, 'a');
    await using b = await startNamed('b', { limits });
    nameServers('replicas', [a.port, b.port]);
    await untilAnsweredBy(channel, 'a,b');
    // Of each connection that has been left, nothing stays.
    await waitFor('one watch of health', async () => ((await openWatches(a)) <= 2 ? true : undefined));
  });

  it('counts a server as ready that has no room for a watch of its health', async () => {
    const { streamLimits } = DEFAULT_GRPC_SERVER_LIMITS;
    const limits = { ...DEFAULT_GRPC_SERVER_LIMITS, streamLimits: { ...streamLimits, maxCalls: 1 } };
    await using full = await startNamed('full', { limits });
    await using b = await startNamed('b');
    using other = openTo(full);
    await untilAnsweredBy(other, 'full');
    await waitFor('the only place is taken', async () => ((await openWatches(full)) === 1 ? true : undefined));
    using channel = openTo(full, b);
    await untilAnsweredBy(channel, 'b,full');
    const refused = async () =>
      /handled_total\{method="[^"]*Watch",code="ResourceExhausted"/.test(await full.metrics.metrics());
    await waitFor('a refused watch', async () => ((await refused()) ? true : undefined));
    await waitFor('the watch of the other', async () => ((await openWatches(b)) === 1 ? true : undefined));
    for (let round = 0; round < 10; round++) expect(await answerers(channel)).to.equal('b,full');
  });

  it('counts a server without a health service as ready', async () => {
    await using a = await startNamed('a');
    const plain = new Server();
    using _ = { [Symbol.dispose]: () => plain.forceShutdown() };
    const { input, output } = AlertService.method.getAlert;
    const getAlert: MethodDefinition<Message, Message> = {
      path: methodPath(AlertService.method.getAlert),
      requestStream: false,
      responseStream: false,
      requestSerialize: serializer(input),
      requestDeserialize: deserializer(input),
      responseSerialize: serializer(output),
      responseDeserialize: deserializer(output),
    };
    const answer = create(AlertSchema, { uid: 'plain' });
    plain.addService(
      { getAlert },
      { getAlert: (_call: unknown, reply: sendUnaryData<Message>) => reply(null, answer) },
    );
    const port = await new Promise<number>((resolve, reject) => {
      plain.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    using channel = openTo(a, { port });
    await untilAnsweredBy(channel, 'a,plain');
  });

  it('keeps one watch a server, and none once it is closed', async () => {
    await using a = await startNamed('a');
    await using b = await startNamed('b');
    const channel = openTo(a, b);
    await untilAnsweredBy(channel, 'a,b');
    expect([await openWatches(a), await openWatches(b)]).to.deep.equal([1, 1]);
    channel[Symbol.dispose]();
    for (const server of [a, b]) {
      await waitFor('no watch', async () => ((await openWatches(server)) === 0 ? true : undefined));
    }
  });

  it('follows its addresses, and watches nobody who is no longer among them', async () => {
    await using a = await startNamed('a');
    await using b = await startNamed('b');
    await using c = await startNamed('c');
    const names = new NameService();
    names.update(a, b);
    using channel = openChannel(names.target);
    await untilAnsweredBy(channel, 'a,b');
    names.update(b, c);
    await untilAnsweredBy(channel, 'b,c');
    await waitFor('no watch of a', async () => ((await openWatches(a)) === 0 ? true : undefined));
    expect([await openWatches(b), await openWatches(c)]).to.deep.equal([1, 1]);
  });

  it('does not hold up the stop of a server, and moves to the others meanwhile', async () => {
    await using a = await startNamed('a', { shutdownGraceMs: 60_000 });
    await using b = await startNamed('b');
    using channel = openTo(a, b);
    await untilAnsweredBy(channel, 'a,b');
    const stopped = a[Symbol.asyncDispose]();
    expect(await answerers(channel)).to.equal('b');
    await stopped;
    await using _ = await startSpecServer(
      AlertService,
      { getAlert: async () => ({ uid: 'a again' }) },
      { port: a.port },
    );
    await untilAnsweredBy(channel, 'a again,b');
  });
});

/** Gives a channel its addresses whenever they change, as a name service that pushes. */
class NameService {
  static readonly #scheme = 'spec-names';
  static #latest: NameService | undefined;
  readonly target = `${NameService.#scheme}:servers`;
  #endpoints: experimental.Endpoint[] = [];
  #listener: experimental.ResolverListener | undefined;

  constructor() {
    NameService.#latest = this;
    experimental.registerResolver(NameService.#scheme, NameService.Resolver);
  }

  update(...servers: { readonly port: number }[]): void {
    this.#endpoints = servers.map(({ port }) => ({ addresses: [{ host: '127.0.0.1', port }] }));
    this.#publish();
  }

  #publish(): void {
    this.#listener?.(experimental.statusOrFromValue(this.#endpoints), {}, null, '');
  }

  static readonly Resolver = class implements experimental.Resolver {
    static getDefaultAuthority(): string {
      return 'localhost';
    }

    readonly #names = NameService.#latest as NameService;

    constructor(_target: experimental.GrpcUri, listener: experimental.ResolverListener) {
      this.#names.#listener = listener;
    }

    #asked = false;

    updateResolution(): void {
      if (this.#asked) return;
      this.#asked = true;
      queueMicrotask(() => this.#names.#publish());
    }

    destroy(): void {}
  };
}
