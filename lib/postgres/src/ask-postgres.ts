import { retryLostRaces } from './retry-lost-races.ts';
import { translateDatabaseError } from './translate-database-error.ts';

/**
 * Does `work`, again where it lost to another transaction.
 *
 * @throws DatabaseError where trying again later makes sense, UnstorableError where it never will; other errors as
 * they are
 */
export async function askPostgres<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await retryLostRaces(work);
  } catch (error) {
    throw translateDatabaseError(error);
  }
}
