import 'reflect-metadata';
import type { DescService } from '@bufbuild/protobuf';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import { container, instanceCachingFactory } from 'tsyringe';
import { type Channel, ChannelUpstreams } from './adapters/grpc/channel-upstreams.ts';
import { createUpstreamCheck } from './adapters/grpc/upstream-check.ts';
import { FrontDoor } from './adapters/http/front-door/front-door.ts';
import { createGatewayHandler } from './adapters/http/gateway-handler.ts';
import { httpMetrics } from './adapters/http/http-metrics.ts';
import { createLegacyAlerts, LEGACY_UID_NAMES } from './adapters/http/legacy/legacy-alerts.ts';
import { createMethodForwarder } from './adapters/http/rpc/forward-method.ts';
import { createOwnServices } from './adapters/http/rpc/own-services.ts';
import { createRpcHandlers } from './adapters/http/rpc/rpc-handlers.ts';
import { createRequestListener } from './adapters/http/serve-exchange.ts';
import { stoppingError } from './adapters/http/stopping.ts';
import { createTranscoder } from './adapters/http/transcoder/transcoder.ts';
import { isPublic, PUBLIC_SERVICES, type UpstreamName } from './api/public-api.ts';
import type { Config } from './config.ts';
import { tokens } from './tokens.ts';

/** Often enough for the proxies that close a connection after a minute of silence. */
const HEARTBEAT_MS = 15_000;

/** Resolves with the bound port. */
export async function startGateway(config: Config, context: ServiceContext): Promise<number> {
  const { logger, metrics, health, teardown } = context;
  const { requestTimeoutMs, maxTimeoutMs, maxBodyBytes } = config;
  const channels = openChannels(config, teardown);
  for (const [name, channel] of Object.entries(channels)) health.addCheck(name, createUpstreamCheck(channel));
  const stopping = new AbortController();
  const publicServices: DescService[] = Object.values(PUBLIC_SERVICES).flat();
  const allMethods = publicServices.flatMap(service => service.methods);
  const methods = allMethods.filter(isPublic);
  const hiddenMethods = allMethods.filter(method => !isPublic(method));

  const services = container.createChildContainer();
  services.register(tokens.channels, { useValue: Object.values(channels) });
  services.register(tokens.upstreams, {
    useFactory: instanceCachingFactory(c => new ChannelUpstreams(c.resolve(tokens.channels))),
  });
  services.register(tokens.rpcHandlers, {
    useFactory: instanceCachingFactory(c =>
      createRpcHandlers({
        methods,
        hiddenMethods,
        forward: createMethodForwarder({
          upstreams: c.resolve(tokens.upstreams),
          logger,
          requestTimeoutMs,
          stopping: stopping.signal,
        }),
        ownServices: createOwnServices(publicServices, health, stopping.signal),
        maxTimeoutMs,
        maxMessageBytes: maxBodyBytes,
      }),
    ),
  });
  services.register(tokens.legacyAlerts, {
    useFactory: instanceCachingFactory(c =>
      createLegacyAlerts({ upstreams: c.resolve(tokens.upstreams), logger, requestTimeoutMs, maxBodyBytes }),
    ),
  });
  services.register(tokens.transcoder, {
    useFactory: instanceCachingFactory(c =>
      createTranscoder({
        methods,
        upstreams: c.resolve(tokens.upstreams),
        logger,
        requestTimeoutMs,
        maxBodyBytes,
        heartbeatMs: HEARTBEAT_MS,
        stopping: stopping.signal,
      }),
    ),
  });

  const legacyAlerts = services.resolve(tokens.legacyAlerts);
  const door = new FrontDoor({
    listener: createRequestListener({
      handle: createGatewayHandler({
        byPath: new Map([
          ...services.resolve(tokens.rpcHandlers),
          ...[...LEGACY_UID_NAMES.keys()].map(path => [path, legacyAlerts] as const),
        ]),
        transcoder: services.resolve(tokens.transcoder),
      }),
      logger,
      metrics: httpMetrics(metrics),
    }),
    lameDuckMs: Math.min(config.lameDuckMs, config.shutdownGraceMs / 2),
    shutdownGraceMs: config.shutdownGraceMs,
  });
  teardown.use(door);
  // Before the door closes: it waits for streams.
  teardown.defer(() => stopping.abort(stoppingError()));
  return door.listen(config.host, config.port);
}

function openChannels(config: Config, teardown: AsyncDisposableStack): Readonly<Record<UpstreamName, Channel>> {
  const open = (services: Channel['services'], address: string): Channel => ({
    services,
    transport: teardown.use(new ChannelTransport({ address, services, defaultTimeoutMs: config.requestTimeoutMs })),
  });
  return {
    ingest: open(PUBLIC_SERVICES.ingest, config.ingestAddress),
    probe: open(PUBLIC_SERVICES.probe, config.probeAddress),
    store: open(PUBLIC_SERVICES.store, config.storeAddress),
  };
}
