import { ReasonedError } from '@vigie/service-kit/errors';

/**
 * UNREACHABLE: it gives no answer. NOT_WRITABLE: it is read-only, or its disk is full. BUSY: it answers that it can't,
 * or not in time.
 */
export type DatabaseErrorReason = 'STORE_UNREACHABLE' | 'STORE_NOT_WRITABLE' | 'STORE_BUSY';

/** The call may have been done or not; trying it again later makes sense. */
export class DatabaseError extends ReasonedError<DatabaseErrorReason> {
  override readonly name = 'DatabaseError';
}
