/** Something in the call can't be stored, however often it is tried; nothing of the call is. */
export class UnstorableError extends Error {
  override readonly name = 'UnstorableError';
  readonly reason = 'UNSTORABLE';
}
