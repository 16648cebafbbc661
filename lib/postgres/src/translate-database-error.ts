import { DatabaseError, type DatabaseErrorReason } from './errors/database-error.ts';
import { UnstorableError } from './errors/unstorable-error.ts';

/** SQLSTATE classes and codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SQLSTATE_REASONS: readonly (readonly [prefix: string, reason: DatabaseErrorReason])[] = [
  ['08', 'STORE_UNREACHABLE'],
  // A standby, or a server made read-only by hand.
  ['25006', 'STORE_NOT_WRITABLE'],
  // A transaction that was idle, or ran, for too long: the session is ended.
  ['25P', 'STORE_BUSY'],
  // A password or a grant that was changed under a running service: nothing is wrong with the rows, and waiting helps
  // once it is changed back.
  ['28', 'STORE_UNREACHABLE'],
  ['42501', 'STORE_NOT_WRITABLE'],
  // Deadlock, serialization failure: the other transaction won.
  ['40', 'STORE_BUSY'],
  ['53100', 'STORE_NOT_WRITABLE'],
  // Out of memory or connections.
  ['53', 'STORE_BUSY'],
  ['55P03', 'STORE_BUSY'],
  ['57014', 'STORE_BUSY'],
  // Shutting down, starting up, crashed.
  ['57P', 'STORE_UNREACHABLE'],
  ['58', 'STORE_UNREACHABLE'],
];

/** A value that its type, a check or an index refuses. */
const UNSTORABLE = /^(22|23|54)[0-9A-Z]{3}$/;

const SOCKET_ERROR = /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** The driver's own words; it gives them no code. */
const LOST_CONNECTION = /Connection terminated|Client has encountered a connection error|not queryable/;
const NO_FREE_CONNECTION = /timeout exceeded when trying to connect/;

const MESSAGES: Readonly<Record<DatabaseErrorReason, string>> = {
  STORE_UNREACHABLE: 'Postgres gives no answer',
  STORE_NOT_WRITABLE: 'Postgres takes no writes',
  STORE_BUSY: 'Postgres can not do it now',
};

/** The DatabaseError or UnstorableError that says the same; an error that is neither is returned as it is. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof Error && UNSTORABLE.test(codeOf(error))) {
    return new UnstorableError(`Postgres takes no such row: ${error.message}`, { cause: error });
  }
  const reason = findReason(error);
  if (reason === undefined) return error;
  const why = (error as Error).message || codeOf(error);
  return new DatabaseError(reason, `${MESSAGES[reason]}: ${why}`, { cause: error });
}

function findReason(error: unknown): DatabaseErrorReason | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = codeOf(error);
  if (SOCKET_ERROR.test(code)) return 'STORE_UNREACHABLE';
  if (/^[0-9A-Z]{5}$/.test(code)) return SQLSTATE_REASONS.find(([prefix]) => code.startsWith(prefix))?.[1];
  if (LOST_CONNECTION.test(error.message)) return 'STORE_UNREACHABLE';
  if (NO_FREE_CONNECTION.test(error.message)) return 'STORE_BUSY';
  return findReason(error.cause);
}

/** Wrong credentials or missing rights: at the start, waiting mends neither. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && (/^(28...|42501)$/.test(codeOf(error)) || isRefusal(error.cause));
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
