/**
 * The C++ is not as it has to be, or cannot be checked here. The message says what to do; it is shown without a stack.
 */
export class CheckError extends Error {
  override readonly name = 'CheckError';
}
