/** What is wrong and the way out, for the person at the terminal: shown without a stack. */
export class DevEnvError extends Error {
  override readonly name = 'DevEnvError';
}
