/** Fuzzing could not run, or has found something. The message says what to do next; it is shown without a stack. */
export class FuzzError extends Error {
  override readonly name = 'FuzzError';
}
