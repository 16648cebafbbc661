/** An error to show to the person at the terminal without a stack: its message says what is wrong and what to do. */
export class DevEnvError extends Error {
  override readonly name = 'DevEnvError';
}
