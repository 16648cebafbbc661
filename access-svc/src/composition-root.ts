import { AccessControl, type ReadApiKey } from '@vigie/access';
import { authorizeCalls, warnOfKnownSecret } from '@vigie/access/wire';
import { openDatabase } from '@vigie/postgres';
import { DatabaseError } from '@vigie/postgres/errors';
import { ApiKeyService } from '@vigie/proto/vigie/access/v1/api_key_service_pb.ts';
import { CredentialService } from '@vigie/proto/vigie/internal/access/v1/credential_service_pb.ts';
import { retry } from '@vigie/service-kit/async';
import { GrpcServer } from '@vigie/service-kit/grpc';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import { validateRequests } from '@vigie/service-kit/validation';
import { createApiKeyService } from './adapters/grpc/api-key-service.ts';
import { createCredentialService } from './adapters/grpc/credential-service.ts';
import { translateError } from './adapters/grpc/error-table.ts';
import { PostgresApiKeyStore } from './adapters/postgres/postgres-api-key-store.ts';
import { SCHEMA } from './adapters/postgres/schema.ts';
import { createCreateApiKey } from './application/create-api-key.ts';
import { createGetApiKey, createRevokeApiKey } from './application/get-api-key.ts';
import { createIdentifyApiKey } from './application/identify-api-key.ts';
import { createListApiKeys } from './application/list-api-keys.ts';
import { createRotateApiKey } from './application/rotate-api-key.ts';
import type { Config } from './config.ts';
import type { AdminKeyState, ApiKeyStore } from './ports/api-key-store.ts';

const ADMIN_KEY_NAME = 'admin (ADMIN_KEY)';
const KEEP_ADMIN_BACKOFF = { baseMs: 100, maxMs: 2_000 };

export interface AccessPorts {
  readonly store: ApiKeyStore;
}

/**
 * @param overrides ports to use instead of the real ones; without `store`, no connection to Postgres is made
 * @returns the port on which it listens
 */
export async function startAccess(
  config: Config,
  context: ServiceContext,
  overrides: Partial<AccessPorts> = {},
): Promise<number> {
  const { logger, metrics, health, teardown } = context;
  const { anonymousScopes, serviceSecret, adminKey, shutdownGraceMs } = config;
  warnOfKnownSecret(config, config.host, context);
  const store = overrides.store ?? new PostgresApiKeyStore(await openDatabase(SCHEMA, config.database, context));
  if (adminKey !== undefined) await keepAdminKey(store, adminKey, context);

  const identifyApiKey = createIdentifyApiKey(store, error =>
    logger.debug({ err: error }, 'use of an API key not noted'),
  );
  const access = new AccessControl({ anonymousScopes, serviceSecret, identifyApiKey });
  const server = new GrpcServer({
    logger,
    metrics,
    health,
    translateError,
    authorize: authorizeCalls(access),
    interceptors: [validateRequests([ApiKeyService, CredentialService])],
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
  server.add(CredentialService, createCredentialService(identifyApiKey));
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
