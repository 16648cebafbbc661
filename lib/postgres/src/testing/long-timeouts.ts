import type { SessionTimeouts } from '../database-config.ts';

/** None that a test could meet on a slow machine. */
export const LONG_TIMEOUTS: SessionTimeouts = {
  statementTimeoutMs: 60_000,
  lockTimeoutMs: 60_000,
  idleTransactionTimeoutMs: 60_000,
};
