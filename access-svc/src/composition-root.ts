import { AuditQueue, type ReadApiKey } from '@vigie/access';
import { auditCalls, authorizeCalls, createAccessControl, warnOfKnownSecret } from '@vigie/access/wire';
import { openDatabase } from '@vigie/postgres';
import { DatabaseError } from '@vigie/postgres/errors';
import { ApiKeyService } from '@vigie/proto/vigie/access/v1/api_key_service_pb.ts';
import { AuditService } from '@vigie/proto/vigie/access/v1/audit_service_pb.ts';
import { SessionService } from '@vigie/proto/vigie/access/v1/session_service_pb.ts';
import { TenantService } from '@vigie/proto/vigie/access/v1/tenant_service_pb.ts';
import { UserService } from '@vigie/proto/vigie/access/v1/user_service_pb.ts';
import { AuditTrailService } from '@vigie/proto/vigie/internal/access/v1/audit_trail_service_pb.ts';
import { CredentialService } from '@vigie/proto/vigie/internal/access/v1/credential_service_pb.ts';
import { PassLoop, retry } from '@vigie/service-kit/async';
import { isKnownPassword } from '@vigie/service-kit/env';
import { GrpcServer } from '@vigie/service-kit/grpc';
import { bindAdapters, bindParts } from '@vigie/service-kit/injection';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import type { Logger } from '@vigie/service-kit/telemetry';
import { validateRequests } from '@vigie/service-kit/validation';
import { Argon2Hasher } from './adapters/argon2/argon2-hasher.ts';
import { createApiKeyService } from './adapters/grpc/api-key-service.ts';
import { createAuditService } from './adapters/grpc/audit-service.ts';
import { createAuditTrailService } from './adapters/grpc/audit-trail-service.ts';
import { createCredentialService } from './adapters/grpc/credential-service.ts';
import { translateError } from './adapters/grpc/error-table.ts';
import { createSessionService } from './adapters/grpc/session-service.ts';
import { createTenantService } from './adapters/grpc/tenant-service.ts';
import { createUserService } from './adapters/grpc/user-service.ts';
import { JoseAccessTokens } from './adapters/jose/jose-access-tokens.ts';
import { FileMailer } from './adapters/mail/file-mailer.ts';
import { SmtpMailer } from './adapters/mail/smtp-mailer.ts';
import { MemoryAttempts } from './adapters/memory/memory-attempts.ts';
import { PostgresApiKeyStore } from './adapters/postgres/postgres-api-key-store.ts';
import { PostgresAuditTrail } from './adapters/postgres/postgres-audit-trail.ts';
import { PostgresSessionStore } from './adapters/postgres/postgres-session-store.ts';
import { PostgresSigningKeyStore } from './adapters/postgres/postgres-signing-key-store.ts';
import { PostgresTenantStore } from './adapters/postgres/postgres-tenant-store.ts';
import { PostgresUserStore } from './adapters/postgres/postgres-user-store.ts';
import { SCHEMA } from './adapters/postgres/schema.ts';
import { createChangePassword } from './application/change-password.ts';
import { createCreateApiKey } from './application/create-api-key.ts';
import { createGetApiKey, createRevokeApiKey } from './application/get-api-key.ts';
import { createGetUser } from './application/get-user.ts';
import { createIdentifyApiKey } from './application/identify-api-key.ts';
import { createListApiKeys } from './application/list-api-keys.ts';
import { createListAuditEvents } from './application/list-audit-events.ts';
import { createLogIn, createLogOut, createRefresh } from './application/log-in.ts';
import {
  createCreateTenant,
  createDisableTenant,
  createEnableTenant,
  createGetTenant,
  createListTenants,
} from './application/manage-tenants.ts';
import {
  createCreateUser,
  createDeleteUser,
  createListUsers,
  createMoveUser,
  createUpdateUser,
} from './application/manage-users.ts';
import { Outbox } from './application/outbox.ts';
import { createRegister } from './application/register.ts';
import { createRotateApiKey } from './application/rotate-api-key.ts';
import { createConfirmEmail, createRequestPasswordReset, createResetPassword } from './application/use-mail-token.ts';
import { type Config, KNOWN_KEY_SECRET } from './config.ts';
import type { AccessTokens } from './ports/access-tokens.ts';
import type { AdminKeyState, ApiKeyStore } from './ports/api-key-store.ts';
import type { AuditTrail } from './ports/audit-trail.ts';
import type { Mailer } from './ports/mailer.ts';
import type { PasswordHasher } from './ports/password-hasher.ts';
import type { SessionStore } from './ports/session-store.ts';
import type { SigningKeyStore } from './ports/signing-key-store.ts';
import type { TenantStore } from './ports/tenant-store.ts';
import type { UserStore } from './ports/user-store.ts';

const SERVICES = [
  ...[ApiKeyService, AuditService, SessionService, TenantService, UserService],
  ...[AuditTrailService, CredentialService],
];
const ADMIN_KEY_NAME = 'admin (ADMIN_KEY)';
const KEEP_ADMIN_BACKOFF = { baseMs: 100, maxMs: 2_000 };
const FORGET_MS = 60 * 60 * 1_000;

/** Guesses at a password. */
const FAILURES = { count: 10, seconds: 15 * 60 };
/** Mails that strangers have sent to one address. */
const MAILS = { count: 5, seconds: 60 * 60 };
const DAY_MS = 86_400_000;

export interface AccessPorts {
  readonly store: ApiKeyStore;
  readonly tenants: TenantStore;
  readonly auditTrail: AuditTrail;
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly signingKeys: SigningKeyStore;
  readonly passwords: PasswordHasher;
  readonly mailer: Mailer;
}

/**
 * @param overrides ports to use instead of the real ones; with all that keep rows, no connection to Postgres is made
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
  warnOfKnownKeySecret(config, logger);
  const fromPostgres = await bindAdapters(
    () => openDatabase(SCHEMA, config.database, context),
    {
      store: orm => new PostgresApiKeyStore(orm),
      tenants: orm => new PostgresTenantStore(orm),
      auditTrail: orm => new PostgresAuditTrail(orm),
      users: orm => new PostgresUserStore(orm),
      sessions: orm => new PostgresSessionStore(orm),
      signingKeys: orm => new PostgresSigningKeyStore(orm),
    },
    overrides,
  );
  const ports = bindParts<AccessPorts>(
    { ...fromPostgres, passwords: () => new Argon2Hasher(), mailer: () => createMailer(config, logger) },
    overrides,
  );
  const { store, tenants, auditTrail, sessions } = ports;
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
  teardown.use(keepForgetting(auditTrail, sessions, config, logger));
  const accessTokens = new JoseAccessTokens(ports.signingKeys, {
    secret: config.keySecret,
    rotateMs: config.signingKeyDays * DAY_MS,
  });
  const outbox = openOutbox(ports.mailer, context);
  const { fetchSigningKeys } = accessTokens;
  const access = createAccessControl(config, { identifyApiKey, fetchSigningKeys });
  const server = new GrpcServer({
    logger,
    metrics,
    health,
    translateError,
    authorize: authorizeCalls(access),
    tls: context.tls,
    interceptors: [auditCalls(event => audit.add(event), { logger, translateError }), validateRequests(SERVICES)],
    shutdownGraceMs,
    limits: config.serverLimits,
  });
  teardown.use(server);
  server.add(
    ApiKeyService,
    createApiKeyService({
      createApiKey: createCreateApiKey(store, tenants),
      getApiKey: createGetApiKey(store),
      listApiKeys: createListApiKeys(store),
      rotateApiKey: createRotateApiKey(store),
      revokeApiKey: createRevokeApiKey(store),
    }),
  );
  server.add(
    TenantService,
    createTenantService({
      createTenant: createCreateTenant(tenants),
      getTenant: createGetTenant(tenants),
      listTenants: createListTenants(tenants),
      disableTenant: createDisableTenant(tenants),
      enableTenant: createEnableTenant(tenants),
    }),
  );
  server.add(AuditService, createAuditService(createListAuditEvents(auditTrail)));
  server.add(CredentialService, createCredentialService(identifyApiKey, fetchSigningKeys));
  server.add(AuditTrailService, createAuditTrailService(auditTrail));
  addUserServices(server, ports, { config, accessTokens, outbox });
  return server.listen(config.host, config.port);
}

interface UserParts {
  readonly config: Config;
  readonly accessTokens: AccessTokens;
  readonly outbox: Outbox;
}

function addUserServices(server: GrpcServer, ports: AccessPorts, { config, accessTokens, outbox }: UserParts): void {
  const { users, tenants, sessions, passwords } = ports;
  const { publicUrl, isRegistrationOn } = config;
  const failures = new MemoryAttempts(FAILURES.count, FAILURES.seconds);
  const mails = new MemoryAttempts(MAILS.count, MAILS.seconds);
  server.add(
    UserService,
    createUserService({
      register: createRegister({ users, passwords, outbox, mails, isRegistrationOn, publicUrl }),
      confirmEmail: createConfirmEmail({ users, passwords, failures }),
      requestPasswordReset: createRequestPasswordReset({ users, outbox, mails, publicUrl }),
      resetPassword: createResetPassword({ users, passwords, failures }),
      getUser: createGetUser(users),
      changePassword: createChangePassword({ users, passwords, failures }),
      createUser: createCreateUser({ users, tenants, outbox, publicUrl }),
      listUsers: createListUsers(users),
      updateUser: createUpdateUser(users),
      moveUser: createMoveUser(users, tenants),
      deleteUser: createDeleteUser(users),
    }),
  );
  server.add(
    SessionService,
    createSessionService({
      logIn: createLogIn({ users, sessions, passwords, failures, accessTokens }),
      refresh: createRefresh({ sessions, accessTokens }),
      logOut: createLogOut(sessions),
    }),
  );
}

function createMailer({ mail: { smtpUrl, dir, from } }: Config, logger: Logger): Mailer {
  if (smtpUrl !== undefined) return new SmtpMailer(smtpUrl, from);
  logger.info({ dir }, 'mails go to files, not to their readers: set SMTP_URL');
  return new FileMailer(dir, from);
}

function openOutbox(mailer: Mailer, { logger, teardown }: ServiceContext): Outbox {
  return teardown.use(
    new Outbox({
      mailer,
      onDelay: error => logger.warn({ err: error }, 'a mail waits'),
      onLost: error => logger.error({ err: error }, 'a mail was not sent; its user has to ask for another one'),
    }),
  );
}

/** Says so where others than this machine could use the secret that everybody knows. */
function warnOfKnownKeySecret({ keySecret, host }: Config, logger: Logger): void {
  if (!isKnownPassword({ user: KNOWN_KEY_SECRET, password: keySecret, hostnames: [host] })) return;
  logger.warn('EVERYBODY KNOWS THE SECRET that seals the keys of access tokens: set ACCESS_KEY_SECRET.');
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

function keepForgetting(
  trail: AuditTrail,
  sessions: SessionStore,
  { auditRetentionDays, shutdownGraceMs }: Config,
  logger: Logger,
): AsyncDisposable {
  return new PassLoop({
    async pass(signal) {
      await trail.forgetOld(auditRetentionDays, signal);
      await sessions.forgetOld(signal);
    },
    intervalMs: FORGET_MS,
    shutdownGraceMs,
    // They only take room.
    onEnd: error => error && logger.debug({ err: error }, 'old audit events and sessions not forgotten'),
  });
}
