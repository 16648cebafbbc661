import type { DescService } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { SCOPES, type Scope } from '@vigie/access';
import { authorizeEverybody } from '@vigie/access/testing';
import { ApiKeyService } from '@vigie/proto/vigie/access/v1/api_key_service_pb.ts';
import { AuditService } from '@vigie/proto/vigie/access/v1/audit_service_pb.ts';
import { SessionService } from '@vigie/proto/vigie/access/v1/session_service_pb.ts';
import { TenantService } from '@vigie/proto/vigie/access/v1/tenant_service_pb.ts';
import { UserService } from '@vigie/proto/vigie/access/v1/user_service_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { CredentialService } from '@vigie/proto/vigie/internal/access/v1/credential_service_pb.ts';
import { IdempotencyService } from '@vigie/proto/vigie/internal/idempotency/v1/idempotency_service_pb.ts';
import { OutcomeService } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { QuarantinedAlertService } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_service_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import { GrpcServer } from '@vigie/service-kit/grpc';
import { createLogger, createMetrics, Health } from '@vigie/service-kit/telemetry';
import type { Registry } from 'prom-client';
import { UPSTREAM_NAMES, type UpstreamName } from '../api/public-api.ts';
import { startGateway } from '../composition-root.ts';
import { type Config, readConfig } from '../config.ts';

/** What the processes behind the gateway do. */
export interface Services {
  readonly ingest?: Partial<ServiceImplementation<typeof AlertService>>;
  readonly probe?: Partial<ServiceImplementation<typeof VideoService>>;
  readonly store?: Partial<ServiceImplementation<typeof AlertService>>;
  readonly storeQuarantine?: Partial<ServiceImplementation<typeof QuarantinedAlertService>>;
  readonly storeKeys?: Partial<ServiceImplementation<typeof IdempotencyService>>;
  readonly storeInternal?: Partial<ServiceImplementation<typeof OutcomeService>>;
  readonly access?: Partial<ServiceImplementation<typeof ApiKeyService>>;
  readonly accessAudit?: Partial<ServiceImplementation<typeof AuditService>>;
  readonly accessTenants?: Partial<ServiceImplementation<typeof TenantService>>;
  readonly accessUsers?: Partial<ServiceImplementation<typeof UserService>>;
  readonly accessSessions?: Partial<ServiceImplementation<typeof SessionService>>;
  /** Knows no key if absent. */
  readonly identifyApiKey?: ServiceImplementation<typeof CredentialService>['identifyApiKey'];
  /** There are none if absent. */
  readonly getSigningKeys?: ServiceImplementation<typeof CredentialService>['getSigningKeys'];
}

export interface RunningGateway extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly health: Health;
  readonly metrics: Registry;
  /** What it has logged as errors. */
  readonly errors: readonly unknown[];
  /** Stops the gateway alone. */
  stop(): Promise<void>;
  /** Stops the services alone, or only some of them. */
  stopServices(...names: UpstreamName[]): Promise<void>;
  /** Starts them again, on the same ports. */
  restartServices(): Promise<void>;
}

type Ports = Readonly<Record<UpstreamName, number>>;

/** The gateway on a port of its own before real gRPC servers, one a process, that do what the spec says. */
export async function runGateway(services: Services, overrides: Partial<Config> = {}): Promise<RunningGateway> {
  let upstreams = await startServices(services, { ingest: 0, probe: 0, store: 0, access: 0 });
  const health = new Health();
  const metrics = createMetrics('gateway');
  const teardown = new AsyncDisposableStack();
  const config: Config = {
    ...readConfig({
      HOST: '127.0.0.1',
      INGEST_ADDRESS: `127.0.0.1:${upstreams.ports.ingest}`,
      PROBE_ADDRESS: `127.0.0.1:${upstreams.ports.probe}`,
      STORE_ADDRESS: `127.0.0.1:${upstreams.ports.store}`,
      ACCESS_ADDRESS: `127.0.0.1:${upstreams.ports.access}`,
      SHUTDOWN_GRACE_MS: '2000',
      LAME_DUCK_MS: '0',
    }),
    // A gateway is never so open to strangers: its environment must not have these here.
    anonymousScopes: [...SCOPES, 'signed-in' as Scope],
    port: 0,
    ...overrides,
  };
  const errors: unknown[] = [];
  const logger = Object.assign(createLogger('gateway', 'silent'), { error: (entry: unknown) => errors.push(entry) });
  const port = await startGateway(config, { logger, metrics, health, teardown });
  health.enter('running');
  const stop = () => teardown.disposeAsync();
  return {
    url: `${config.keyPairPaths === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    health,
    metrics,
    errors,
    stop,
    stopServices: (...names) => upstreams.stop(...names),
    async restartServices() {
      upstreams = await startServices(services, upstreams.ports);
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await upstreams.stop();
    },
  };
}

async function startServices(services: Services, wanted: Ports) {
  const ingest = createServer().add(AlertService, withAllMethods(AlertService, services.ingest));
  const probe = createServer().add(VideoService, withAllMethods(VideoService, services.probe));
  const store = createServer()
    .add(AlertService, withAllMethods(AlertService, services.store))
    .add(QuarantinedAlertService, withAllMethods(QuarantinedAlertService, services.storeQuarantine))
    .add(IdempotencyService, services.storeKeys ?? {})
    .add(OutcomeService, services.storeInternal ?? {});
  const identifyApiKey = services.identifyApiKey ?? (async () => ({}));
  const getSigningKeys = services.getSigningKeys ?? (async () => ({ jwks: '{"keys":[]}' }));
  const access = createServer()
    .add(ApiKeyService, withAllMethods(ApiKeyService, services.access))
    .add(AuditService, withAllMethods(AuditService, services.accessAudit))
    .add(UserService, withAllMethods(UserService, services.accessUsers))
    .add(TenantService, withAllMethods(TenantService, services.accessTenants))
    .add(SessionService, withAllMethods(SessionService, services.accessSessions))
    .add(CredentialService, { identifyApiKey, getSigningKeys });
  const listen = (server: GrpcServer, port: number) => server.listen('127.0.0.1', port);
  const ports: Ports = {
    ingest: await listen(ingest, wanted.ingest),
    probe: await listen(probe, wanted.probe),
    store: await listen(store, wanted.store),
    access: await listen(access, wanted.access),
  };
  const servers = { ingest, probe, store, access };
  return {
    ports,
    stop: async (...names: UpstreamName[]) => {
      const stopped = names.length === 0 ? UPSTREAM_NAMES : names;
      await Promise.all(stopped.map(name => servers[name][Symbol.asyncDispose]()));
    },
  };
}

/** A process that lacks a method reports itself unready for it; these refuse each call instead. */
function withAllMethods<S extends DescService>(
  service: S,
  implementation: Partial<ServiceImplementation<S>> = {},
): Partial<ServiceImplementation<S>> {
  const refuse = async () => {
    throw new ConnectError('The spec has no such method.', Code.Unimplemented);
  };
  const refuseStream = async function* () {
    await refuse();
    yield {};
  };
  const refusals = service.methods.map(({ localName, methodKind }) => {
    const isStream = methodKind === 'server_streaming' || methodKind === 'bidi_streaming';
    return [localName, isStream ? refuseStream : refuse];
  });
  return { ...Object.fromEntries(refusals), ...implementation };
}

function createServer(): GrpcServer {
  const health = new Health();
  health.enter('running');
  return new GrpcServer({
    logger: createLogger('services', 'silent'),
    metrics: createMetrics('services'),
    health,
    translateError: () => undefined,
    authorize: authorizeEverybody,
    tls: undefined,
    shutdownGraceMs: 500,
  });
}
