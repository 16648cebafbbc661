import type { DescService } from '@bufbuild/protobuf';
import { type FetchSigningKeys, serviceAuthorization } from '@vigie/access';
import { fetchSigningKeys as fetchSigningKeysOver, openPublicAccess } from '@vigie/access/wire';
import { CredentialService } from '@vigie/proto/vigie/internal/access/v1/credential_service_pb.ts';
import { IdempotencyService } from '@vigie/proto/vigie/internal/idempotency/v1/idempotency_service_pb.ts';
import { ChannelTransport, countCalls, translateErrors } from '@vigie/service-kit/grpc';
import { HttpListener } from '@vigie/service-kit/http-listener';
import { bindParts } from '@vigie/service-kit/injection';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import { Admissions, registerAdmissionMetrics } from '@vigie/service-kit/limits';
import { KeyPairFiles, registerKeyPairMetrics } from '@vigie/service-kit/tls';
import { TrustedProxies } from '@vigie/service-kit/web';
import { ChannelUpstreamHealth } from './adapters/grpc/channel-upstream-health.ts';
import { ChannelUpstreams } from './adapters/grpc/channel-upstreams.ts';
import { InterceptedUpstreams } from './adapters/grpc/intercepted-upstreams.ts';
import { forwardMetadata } from './adapters/grpc/interceptors/forward-metadata.ts';
import { noteTrace } from './adapters/grpc/interceptors/note-trace.ts';
import { translateUpstreamErrors } from './adapters/grpc/interceptors/translate-upstream-errors.ts';
import { StoreIdempotencyKeys } from './adapters/grpc/store-idempotency-keys.ts';
import { UpstreamOutcomes } from './adapters/grpc/upstream-outcomes.ts';
import type { ExchangeHandler } from './adapters/http/exchange.ts';
import { createGatewayHandler } from './adapters/http/gateway-handler.ts';
import { httpMetrics } from './adapters/http/http-metrics.ts';
import { Idempotency } from './adapters/http/idempotency/idempotency.ts';
import { createLegacyAlerts, LEGACY_UID_NAMES } from './adapters/http/legacy/legacy-alerts.ts';
import { createPages } from './adapters/http/pages.ts';
import { openCallLimits } from './adapters/http/rates/call-limits.ts';
import { FairTurns, inTurn } from './adapters/http/rates/fair-turns.ts';
import { limitRate } from './adapters/http/rates/limit-rate.ts';
import { RequestGuard } from './adapters/http/request-guard.ts';
import { createMethodForwarder } from './adapters/http/rpc/forward-method.ts';
import { createOwnServices, isHealthCheck } from './adapters/http/rpc/own-services.ts';
import { refuseRpc } from './adapters/http/rpc/refuse-rpc.ts';
import { createRpcHandlers } from './adapters/http/rpc/rpc-handlers.ts';
import { SecurityHeaders } from './adapters/http/security-headers.ts';
import { sendError } from './adapters/http/send.ts';
import { createRequestListener } from './adapters/http/serve-exchange.ts';
import { createSigningKeysPage, SIGNING_KEYS_PATH } from './adapters/http/signing-keys-page.ts';
import { stoppingError } from './adapters/http/stopping.ts';
import { createTranscoder } from './adapters/http/transcoder/transcoder.ts';
import { watchMetrics } from './adapters/http/watch/watch-metrics.ts';
import { Watches } from './adapters/http/watch/watches.ts';
import { WebAccess } from './adapters/http/web-access.ts';
import type { IdempotencyKeys } from './api/idempotency-keys.ts';
import { PUBLIC_METHODS, publicServices, UPSTREAM_NAMES, type UpstreamName } from './api/public-api.ts';
import { canServeAll, findUnserved } from './api/serving.ts';
import type { UpstreamHealth } from './api/upstream-health.ts';
import type { Upstreams } from './api/upstreams.ts';
import type { Config } from './config.ts';

/** Whether the process itself is running. */
const NO_CHECKS: ReadonlySet<string> = new Set();

/** Often enough for proxies, which close a connection after a minute of silence. */
const HEARTBEAT_MS = 15_000;
/** Encoded for gRPC; for each other format in use there are two to three times as many. */
const RECENT_BYTES = 8 * 1024 * 1024;
/** Each is a call to store-svc. */
const MAX_CATCH_UPS = 32;
/** How long, all in all, such a call waits for the client whose watch it is. */
const READER_WAIT_MS = 30_000;
/** How often a client whose watch catches up learns of a newer resume token, while it gets no outcome. */
const PROGRESS_MS = 1_000;

export interface GatewayPorts {
  readonly upstreams: Upstreams;
  readonly upstreamHealth: UpstreamHealth;
  readonly idempotencyKeys: IdempotencyKeys;
  readonly fetchSigningKeys: FetchSigningKeys;
}

interface Parts extends GatewayPorts {
  readonly channels: Readonly<Record<UpstreamName, ChannelTransport>>;
  /** The upstreams with all interceptors around each call. */
  readonly calls: InterceptedUpstreams;
  readonly watches: Watches;
  readonly idempotency: Idempotency;
  readonly rpcHandlers: ReadonlyMap<string, ExchangeHandler>;
  readonly legacyAlerts: ExchangeHandler;
  readonly transcoder: ExchangeHandler;
}

/**
 * @param overrides ports to use instead of the real ones; with all of them, no connection to a service is made
 * @returns the port on which it listens
 */
export async function startGateway(
  config: Config,
  context: ServiceContext,
  overrides: Partial<GatewayPorts> = {},
): Promise<number> {
  const { logger, metrics, health, teardown } = context;
  const { requestTimeoutMs, maxTimeoutMs, requestLimits: limits } = config;
  const admissions = new Admissions(config);
  registerAdmissionMetrics(metrics, admissions);
  const access = openPublicAccess(config, context);
  const methods = PUBLIC_METHODS.map(({ method }) => method);
  const { byAddress, byIdentity, failedCredentials, concurrency } = openCallLimits(config, context);
  const guard = new RequestGuard({ admissions, access, methods, rates: byIdentity, failedCredentials, concurrency });
  const stopping = new AbortController();

  const { upstreamHealth, fetchSigningKeys, rpcHandlers, legacyAlerts, transcoder } = bindParts<Parts>(
    {
      channels: () => openChannels(config, context),
      upstreams: ({ channels }) => new ChannelUpstreams(PUBLIC_METHODS, channels),
      upstreamHealth: ({ channels }) => new ChannelUpstreamHealth(PUBLIC_METHODS, channels),
      idempotencyKeys: ({ channels }) =>
        new StoreIdempotencyKeys(channels.store, serviceAuthorization(config.serviceSecret)),
      fetchSigningKeys: ({ channels }) =>
        fetchSigningKeysOver(channels.access, { authorization: serviceAuthorization(config.serviceSecret) }),
      idempotency: ({ idempotencyKeys: keys }) => new Idempotency({ keys, logger, requestTimeoutMs, maxTimeoutMs }),
      calls: ({ upstreams }) =>
        new InterceptedUpstreams(upstreams, [
          noteTrace,
          countCalls(metrics),
          translateErrors({ translateError: () => undefined, logger }),
          translateUpstreamErrors,
          forwardMetadata,
        ]),
      watches: ({ calls }) =>
        new Watches({
          source: new UpstreamOutcomes(calls, serviceAuthorization(config.serviceSecret)),
          feedOptions: {
            recent: { maxOutcomes: config.recentOutcomes, maxBytes: RECENT_BYTES },
            maxCatchUps: MAX_CATCH_UPS,
            maxReaderWaitMs: READER_WAIT_MS,
            progressMs: PROGRESS_MS,
            lingerMs: 0,
          },
          admit: calls.admit.bind(calls),
          logger,
          metrics: watchMetrics(metrics),
          heartbeatMs: HEARTBEAT_MS,
          stopping: stopping.signal,
        }),
      rpcHandlers: ({ calls: upstreams, watches, upstreamHealth, idempotency }) =>
        createRpcHandlers({
          methods,
          watches,
          forward: createMethodForwarder({ upstreams, logger, requestTimeoutMs, stopping: stopping.signal }),
          ownServices: createOwnServices(
            methods,
            async of =>
              (await health.readiness(of && NO_CHECKS)).ready && (await canServeAll(of ?? [], upstreamHealth)),
            stopping.signal,
          ),
          maxTimeoutMs,
          idempotency,
          guard,
          limits,
        }),
      legacyAlerts: ({ calls: upstreams, idempotency }) =>
        createLegacyAlerts({ upstreams, logger, requestTimeoutMs, guard, limits, idempotency }),
      transcoder: ({ calls: upstreams, watches, idempotency }) =>
        createTranscoder({
          methods,
          watches,
          upstreams,
          logger,
          requestTimeoutMs,
          guard,
          limits,
          idempotency,
          heartbeatMs: HEARTBEAT_MS,
          stopping: stopping.signal,
        }),
    },
    overrides,
  );

  const turns = byAddress !== undefined || byIdentity !== undefined ? new FairTurns() : undefined;
  const limitRpc = (path: string, handler: ExchangeHandler): ExchangeHandler =>
    isHealthCheck(path) ? handler : limitRate(inTurn(handler, turns), byAddress, refuseRpc);
  const limitRest = (handler: ExchangeHandler): ExchangeHandler =>
    limitRate(inTurn(handler, turns), byAddress, (exchange, error) => sendError(exchange, error, logger));

  // A balancer sends nothing to a gateway that isn't ready, so it is as long as it can accept alerts.
  for (const name of UPSTREAM_NAMES) {
    health.addCheck(name, () => findUnserved(name, upstreamHealth), { isRequired: name === 'ingest' });
  }

  const keyPairFiles = config.keyPairPaths && (await KeyPairFiles.open({ ...config.keyPairPaths, logger }));
  const trustedProxies = new TrustedProxies(config.trustedProxies);
  const httpListener = new HttpListener({
    listener: createRequestListener({
      handle: createGatewayHandler({
        byPath: new Map([
          ...[...rpcHandlers].map(([path, handler]) => [path, limitRpc(path, handler)] as const),
          ...[...LEGACY_UID_NAMES.keys()].map(path => [path, limitRest(legacyAlerts)] as const),
          ...createPages(methods, logger),
          [SIGNING_KEYS_PATH, createSigningKeysPage(fetchSigningKeys, logger)],
        ]),
        transcoder: limitRest(transcoder),
        webAccess: new WebAccess(config),
        securityHeaders: new SecurityHeaders(config),
        logger,
      }),
      logger,
      metrics: httpMetrics(metrics),
      sendTimeoutMs: config.sendTimeoutMs,
      trustedProxies,
    }),
    lameDuckMs: config.lameDuckMs,
    shutdownGraceMs: config.shutdownGraceMs,
    limits: config.listenerLimits,
    keyPair: keyPairFiles?.current,
    isProxy: address => trustedProxies.trusts(address),
  });
  if (keyPairFiles !== undefined) {
    teardown.use(keyPairFiles);
    keyPairFiles.follow(keyPair => httpListener.setKeyPair(keyPair));
    registerKeyPairMetrics(metrics, keyPairFiles, 'public');
  }
  teardown.use(httpListener);
  // Runs before the listener closes, which waits until all streams have ended.
  teardown.defer(() => stopping.abort(stoppingError()));
  return httpListener.listen(config.host, config.port);
}

function openChannels(config: Config, { teardown, tls }: ServiceContext): Record<UpstreamName, ChannelTransport> {
  const open = (upstream: UpstreamName, address: string, ...internal: DescService[]): ChannelTransport =>
    teardown.use(
      new ChannelTransport({
        address,
        services: [...publicServices(upstream), ...internal],
        defaultTimeoutMs: config.requestTimeoutMs,
        tls,
      }),
    );
  return {
    ingest: open('ingest', config.ingestAddress),
    probe: open('probe', config.probeAddress),
    store: open('store', config.storeAddress, IdempotencyService),
    access: open('access', config.accessAddress, CredentialService),
  };
}
