import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '@vigie/service-kit/grpc';
import type { DatabaseError, DatabaseErrorReason } from '../errors/database-error.ts';

interface Row {
  /** For the caller: the inner reason is for the logs. */
  readonly what: string;
  readonly retryDelayMs: number;
}

const ROWS: Readonly<Record<DatabaseErrorReason, Row>> = {
  STORE_UNREACHABLE: { what: 'The database gives no answer.', retryDelayMs: 1_000 },
  STORE_NOT_WRITABLE: { what: 'The database takes no writes now.', retryDelayMs: 5_000 },
  STORE_BUSY: { what: 'The database is too busy.', retryDelayMs: 2_000 },
};

/** UNAVAILABLE. @param advice what the caller may do, as a sentence */
export function databaseRpcError(error: DatabaseError, advice: string): ConnectError {
  const { reason } = error;
  const { what, retryDelayMs } = ROWS[reason];
  return rpcError(Code.Unavailable, `${what} ${advice}`, { reason, retryDelayMs, cause: error });
}
