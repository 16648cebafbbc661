/** A call that can't be understood: the person's to mend. */
export class WrongUsageError extends Error {
  override readonly name = 'WrongUsageError';
}
