import { AuditQueue, type ReadApiKey } from '@vigie/access';
import { auditCalls, authorizeCalls, createAccessControl, warnOfKnownSecret } from '@vigie/access/wire';
import { openDatabase } from '@vigie/postgres';
import { DatabaseError } from '@vigie/postgres/errors';
import { ApiKeyService } from '@vigie/proto/vigie/access/v1/api_key_service_pb.ts';
import { AuditService } from '@vigie/proto/vigie/access/v1/audit_service_pb.ts';
import { AuditTrailService } from '@vigie/proto/vigie/internal/access/v1/audit_trail_service_pb.ts';
import { CredentialService } from '@vigie/proto/vigie/internal/access/v1/credential_service_pb.ts';
import { PassLoop, retry } from '@vigie/service-kit/async';
import { GrpcServer } from '@vigie/service-kit/grpc';
import { bindAdapters, bindParts } from '@vigie/service-kit/injection';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import type { Logger } from '@vigie/service-kit/telemetry';
import { validateRequests } from '@vigie/service-kit/validation';
import { createApiKeyService } from './adapters/grpc/api-key-service.ts';
import { createAuditService } from './adapters/grpc/audit-service.ts';
import { createAuditTrailService } from './adapters/grpc/audit-trail-service.ts';
import { createCredentialService } from './adapters/grpc/credential-service.ts';
import { translateError } from './adapters/grpc/error-table.ts';
import { PostgresApiKeyStore } from './adapters/postgres/postgres-api-key-store.ts';
import { PostgresAuditTrail } from './adapters/postgres/postgres-audit-trail.ts';
import { SCHEMA } from './adapters/postgres/schema.ts';
import { createCreateApiKey } from './application/create-api-key.ts';
import { createGetApiKey, createRevokeApiKey } from './application/get-api-key.ts';
import { createIdentifyApiKey } from './application/identify-api-key.ts';
import { createListApiKeys } from './application/list-api-keys.ts';
import { createListAuditEvents } from './application/list-audit-events.ts';
import { createRotateApiKey } from './application/rotate-api-key.ts';
import type { Config } from './config.ts';
import type { AdminKeyState, ApiKeyStore } from './ports/api-key-store.ts';
import type { AuditTrail } from './ports/audit-trail.ts';

const ADMIN_KEY_NAME = 'admin (ADMIN_KEY)';
const KEEP_ADMIN_BACKOFF = { baseMs: 100, maxMs: 2_000 };
const FORGET_EVENTS_MS = 60 * 60 * 1_000;

export interface AccessPorts {
  readonly store: ApiKeyStore;
  readonly auditTrail: AuditTrail;
}

/**
 * @param overrides ports to use instead of the real ones; without both, no connection to Postgres is made
 * @returns the port on which it listens
 */
export async function startAccess(
  config: Config,
  context: ServiceContext,
  overrides: Partial<AccessPorts> = {},
): Promise<number> {
  const { logger, metrics, health, teardown } = context;
  const { adminKey, shutdownGraceMs } = config;
  warnOfKnownSecret(config, config.host, context);
  const fromPostgres = await bindAdapters(
    () => openDatabase(SCHEMA, config.database, context),
    {
      store: orm => new PostgresApiKeyStore(orm),
      auditTrail: orm => new PostgresAuditTrail(orm),
    },
    overrides,
  );
  const { store, auditTrail } = bindParts<AccessPorts>(fromPostgres, overrides);
  if (adminKey !== undefined) await keepAdminKey(store, adminKey, context);

  const identifyApiKey = createIdentifyApiKey(store, error =>
    logger.debug({ err: error }, 'use of an API key not noted'),
  );
  const audit = teardown.use(
    new AuditQueue({
      send: events => auditTrail.record(events),
      isRetryable: error => error instanceof DatabaseError,
      logger,
    }),
  );
  teardown.use(keepForgetting(auditTrail, config, logger));
  const access = createAccessControl(config, identifyApiKey);
  const server = new GrpcServer({
    logger,
    metrics,
    health,
    translateError,
    authorize: authorizeCalls(access),
    tls: context.tls,
    interceptors: [
      auditCalls(event => audit.add(event), { logger, translateError }),
      validateRequests([ApiKeyService, AuditService, AuditTrailService, CredentialService]),
    ],
    shutdownGraceMs,
    limits: config.serverLimits,
  });
  teardown.use(server);
  server.add(
    ApiKeyService,
    createApiKeyService({
      createApiKey: createCreateApiKey(store),
      getApiKey: createGetApiKey(store),
      listApiKeys: createListApiKeys(store),
      rotateApiKey: createRotateApiKey(store),
      revokeApiKey: createRevokeApiKey(store),
    }),
  );
  server.add(AuditService, createAuditService(createListAuditEvents(auditTrail)));
  server.add(CredentialService, createCredentialService(identifyApiKey));
  server.add(AuditTrailService, createAuditTrailService(auditTrail));
  return server.listen(config.host, config.port);
}

/** Makes sure that the key in ADMIN_KEY may do everything; waits for the store as long as it takes. */
async function keepAdminKey(store: ApiKeyStore, key: ReadApiKey, { logger, teardown }: ServiceContext): Promise<void> {
  const stopped = new AbortController();
  teardown.defer(() => stopped.abort());
  const state = await retry<AdminKeyState, DatabaseError>(() => store.keepAdmin(key, ADMIN_KEY_NAME), {
    backoff: KEEP_ADMIN_BACKOFF,
    isRetryable: error => error instanceof DatabaseError,
    onRetry: ({ error }) => logger.warn({ why: error.message }, 'waiting to keep the key in ADMIN_KEY'),
    signal: stopped.signal,
  });
  if (state === 'USABLE') return;
  logger.warn({ apiKey: key.id }, `THE KEY IN ADMIN_KEY IS ${state} and opens nothing: set another one.`);
}

function keepForgetting(trail: AuditTrail, config: Config, logger: Logger): AsyncDisposable {
  return new PassLoop({
    pass: signal => trail.forgetOld(config.auditRetentionDays, signal),
    intervalMs: FORGET_EVENTS_MS,
    shutdownGraceMs: config.shutdownGraceMs,
    // They only take room.
    onEnd: error => error && logger.debug({ err: error }, 'old audit events not forgotten'),
  });
}
