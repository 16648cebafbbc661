import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '@vigie/service-kit/grpc';
import { AccessError, type AccessErrorReason } from '../access-error.ts';

const CODES: Readonly<Record<AccessErrorReason, Code>> = {
  CREDENTIALS_MISSING: Code.Unauthenticated,
  CREDENTIALS_INVALID: Code.Unauthenticated,
  SCOPE_MISSING: Code.PermissionDenied,
  STORE_NOT_ALLOWED: Code.PermissionDenied,
};

/** UNAUTHENTICATED, PERMISSION_DENIED; undefined for any other error. */
export function translateAccessError(error: unknown): ConnectError | undefined {
  if (!(error instanceof AccessError)) return undefined;
  const { reason, message } = error;
  return rpcError(CODES[reason], message, { reason, forbidsRetry: true, cause: error });
}
