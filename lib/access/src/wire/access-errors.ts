import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '@vigie/service-kit/grpc';
import { AccessError, type AccessErrorReason } from '../access-error.ts';

const CODES: Readonly<Record<AccessErrorReason, Code>> = {
  CREDENTIALS_MISSING: Code.Unauthenticated,
  CREDENTIALS_INVALID: Code.Unauthenticated,
  ISSUER_UNREACHABLE: Code.Unavailable,
  SCOPE_MISSING: Code.PermissionDenied,
  STORE_NOT_ALLOWED: Code.PermissionDenied,
  VIDEO_NOT_ALLOWED: Code.PermissionDenied,
  TENANT_NOT_ALLOWED: Code.PermissionDenied,
};

const RETRY_DELAY_MS = 1_000;

/** UNAUTHENTICATED, PERMISSION_DENIED, UNAVAILABLE; undefined for any other error. */
export function translateAccessError(error: unknown): ConnectError | undefined {
  if (!(error instanceof AccessError)) return undefined;
  const { reason, message } = error;
  const retry = reason === 'ISSUER_UNREACHABLE' ? { retryDelayMs: RETRY_DELAY_MS } : { forbidsRetry: true };
  return rpcError(CODES[reason], message, { reason, ...retry, cause: error });
}
