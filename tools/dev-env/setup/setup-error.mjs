/** What is wrong and the way out, for the person at the terminal: shown without a stack. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}
