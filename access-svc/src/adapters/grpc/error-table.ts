import { Code, type ConnectError } from '@connectrpc/connect';
import { translateAccessError } from '@vigie/access/wire';
import { DatabaseError } from '@vigie/postgres/errors';
import { databaseRpcError } from '@vigie/postgres/wire';
import { ApiKeySchema } from '@vigie/proto/vigie/access/v1/api_key_pb.ts';
import { TenantSchema } from '@vigie/proto/vigie/access/v1/tenant_pb.ts';
import { UserSchema } from '@vigie/proto/vigie/access/v1/user_pb.ts';
import { invalidArgument, rpcError } from '@vigie/service-kit/grpc';
import { ApiKeyNotFoundError, ApiKeyOverError, InvalidApiKeyError } from '../../domain/api-key-errors.ts';
import {
  TenantExistsError,
  TenantNeededError,
  TenantNotFoundError,
  type TenantsWhat,
  UnusableTenantError,
} from '../../domain/tenant-errors.ts';
import {
  EmailTakenError,
  InvalidPasswordError,
  LoginError,
  TooManyAttemptsError,
  UserNotFoundError,
  UserRefusedError,
} from '../../domain/user-errors.ts';

const FIELDS: Readonly<Record<InvalidApiKeyError['field'], string>> = {
  stores: 'api_key.stores',
  expiresAt: 'api_key.expires_at',
};

const TENANT_FIELDS: Readonly<Record<TenantsWhat, string>> = {
  KEY: 'api_key.tenant',
  USER: 'user.tenant',
  MOVED_USER: 'tenant',
};

export function translateError(error: unknown): ConnectError | undefined {
  if (error instanceof DatabaseError) return databaseRpcError(error, 'Call again later.');
  return (
    translateAccessError(error) ?? translateTenantError(error) ?? translateKeyError(error) ?? translateUserError(error)
  );
}

function translateTenantError(error: unknown): ConnectError | undefined {
  if (error instanceof TenantNotFoundError) {
    return rpcError(Code.NotFound, error.message, {
      reason: error.reason,
      resource: { type: TenantSchema.typeName, name: error.id },
      cause: error,
    });
  }
  if (error instanceof TenantExistsError) {
    return rpcError(Code.AlreadyExists, error.message, { reason: error.reason, cause: error });
  }
  if (error instanceof TenantNeededError) {
    return rpcError(Code.FailedPrecondition, error.message, { reason: error.reason, cause: error });
  }
  if (error instanceof UnusableTenantError) {
    return invalidArgument([{ field: TENANT_FIELDS[error.what], description: error.message }], error);
  }
  return undefined;
}

function translateUserError(error: unknown): ConnectError | undefined {
  if (error instanceof UserNotFoundError) {
    return rpcError(Code.NotFound, error.message, {
      reason: error.reason,
      resource: { type: UserSchema.typeName, name: error.id },
      cause: error,
    });
  }
  if (error instanceof InvalidPasswordError) {
    const field = error.field === 'password' ? 'password' : 'new_password';
    return invalidArgument([{ field, description: error.message }], error);
  }
  if (error instanceof EmailTakenError) {
    return rpcError(Code.AlreadyExists, error.message, { reason: error.reason, cause: error });
  }
  if (error instanceof LoginError) {
    return rpcError(Code.Unauthenticated, error.message, { reason: error.reason, cause: error });
  }
  if (error instanceof UserRefusedError) {
    return rpcError(Code.FailedPrecondition, error.message, { reason: error.reason, cause: error });
  }
  if (error instanceof TooManyAttemptsError) {
    const { reason, retryDelayMs } = error;
    return rpcError(Code.ResourceExhausted, error.message, { reason, retryDelayMs, cause: error });
  }
  return undefined;
}

function translateKeyError(error: unknown): ConnectError | undefined {
  if (error instanceof InvalidApiKeyError) {
    return invalidArgument([{ field: FIELDS[error.field], description: error.message }], error);
  }
  if (error instanceof ApiKeyNotFoundError) {
    return rpcError(Code.NotFound, error.message, {
      reason: error.reason,
      resource: { type: ApiKeySchema.typeName, name: error.id },
      cause: error,
    });
  }
  if (error instanceof ApiKeyOverError) {
    return rpcError(Code.FailedPrecondition, error.message, { reason: error.reason, cause: error });
  }
  return undefined;
}
