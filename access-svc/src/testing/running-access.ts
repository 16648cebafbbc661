import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Client, createClient } from '@connectrpc/connect';
import { type ReadApiKey, readApiKey, serviceAuthorization } from '@vigie/access';
import { pickFreePorts } from '@vigie/dev-env/tcp-ports';
import type { scratchPostgres } from '@vigie/dev-env/testing';
import { ApiKeyService } from '@vigie/proto/vigie/access/v1/api_key_service_pb.ts';
import { AuditService } from '@vigie/proto/vigie/access/v1/audit_service_pb.ts';
import { SessionService } from '@vigie/proto/vigie/access/v1/session_service_pb.ts';
import { TenantService } from '@vigie/proto/vigie/access/v1/tenant_service_pb.ts';
import { UserService } from '@vigie/proto/vigie/access/v1/user_service_pb.ts';
import { AuditTrailService } from '@vigie/proto/vigie/internal/access/v1/audit_trail_service_pb.ts';
import {
  CredentialService,
  type IdentifyApiKeyResponse,
} from '@vigie/proto/vigie/internal/access/v1/credential_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { Health } from '@vigie/service-kit/telemetry';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type AccessPorts, startAccess } from '../composition-root.ts';
import { readConfig } from '../config.ts';

const SERVICE_SECRET = 'spec-secret';
const SERVICES = [
  ...[ApiKeyService, AuditService, SessionService, TenantService, UserService],
  ...[AuditTrailService, CredentialService],
];

export interface LogLine {
  readonly level: number;
  readonly msg: string;
}

/** What admins call. */
export interface AdminClients {
  readonly keys: Client<typeof ApiKeyService>;
  readonly audit: Client<typeof AuditService>;
  readonly users: Client<typeof UserService>;
  readonly tenants: Client<typeof TenantService>;
}

/** The whole service, in this process. Its own clients call as one of Vigie's own services. */
export interface RunningAccess extends AdminClients {
  readonly health: Health;
  /** Resolves once the service serves. */
  readonly started: Promise<unknown>;
  /** Whatever it has logged, `debug` too. */
  readonly lines: readonly LogLine[];
  /** With credentials of one's own: the value of the header `Authorization`. */
  as(authorization: string | undefined): Client<typeof ApiKeyService>;
  /** The same for all that admins call. */
  adminAs(authorization: string): AdminClients;
  readonly credentials: Client<typeof CredentialService>;
  readonly auditTrail: Client<typeof AuditTrailService>;
  readonly sessions: Client<typeof SessionService>;
  /** With credentials of one's own: the value of the header `Authorization`. */
  usersAs(authorization: string | undefined): Client<typeof UserService>;
  /** Without credentials. */
  readonly strangers: Pick<RunningAccess, 'audit' | 'auditTrail'>;
  /** Stops the service alone. */
  stop(): Promise<void>;
  /** What services are told of a key. */
  identify(key: string): Promise<IdentifyApiKeyResponse['identity']>;
}

export async function runAccess(
  teardown: AsyncDisposableStack,
  postgres: Awaited<ReturnType<typeof scratchPostgres>>,
  env: NodeJS.ProcessEnv = {},
  overrides: Partial<AccessPorts> = {},
): Promise<RunningAccess> {
  const [port] = await pickFreePorts(1);
  const config = readConfig({
    DATABASE_URL: postgres.urlOf('access-svc'),
    DATABASE_MIGRATION_URL: postgres.url,
    SERVICE_SECRET,
    MAIL_DIR: path.join(tmpdir(), 'vigie-spec-mail'),
    PORT: String(port),
    SHUTDOWN_GRACE_MS: '500',
    ...env,
  });
  const health = new Health();
  const lines: LogLine[] = [];
  const logger = pino({ level: 'debug' }, { write: line => void lines.push(JSON.parse(line)) });
  const own = teardown.use(new AsyncDisposableStack());
  const context = { logger, metrics: new Registry(), health, teardown: own };
  const started = startAccess(config, context, overrides).then(() => health.enter('running'));

  const openChannel = (authorization: string | undefined) =>
    teardown.use(
      new ChannelTransport({
        address: `127.0.0.1:${port}`,
        services: SERVICES,
        defaultTimeoutMs: 60_000,
        interceptors: [
          next => request => {
            if (authorization !== undefined) request.header.set('authorization', authorization);
            return next(request);
          },
        ],
      }),
    );
  const asService = openChannel(serviceAuthorization(SERVICE_SECRET));
  const credentials = createClient(CredentialService, asService);

  return {
    ...{ health, started, lines, credentials },
    as: authorization => createClient(ApiKeyService, openChannel(authorization)),
    adminAs: authorization => adminClients(openChannel(authorization)),
    ...adminClients(asService),
    ...auditClients(asService),
    sessions: createClient(SessionService, openChannel(undefined)),
    usersAs: authorization => createClient(UserService, openChannel(authorization)),
    strangers: auditClients(openChannel(undefined)),
    stop: () => own.disposeAsync(),
    async identify(key) {
      const { id, sha256 } = readApiKey(key) as ReadApiKey;
      return (await credentials.identifyApiKey({ id, sha256 })).identity;
    },
  };
}

function adminClients(channel: ChannelTransport): AdminClients {
  return {
    keys: createClient(ApiKeyService, channel),
    audit: createClient(AuditService, channel),
    users: createClient(UserService, channel),
    tenants: createClient(TenantService, channel),
  };
}

function auditClients(channel: ChannelTransport): RunningAccess['strangers'] {
  return { audit: createClient(AuditService, channel), auditTrail: createClient(AuditTrailService, channel) };
}
