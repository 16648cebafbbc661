/** A request got no answer, or one that broke off. Unless it timed out, the same request may succeed at once. */
export class BrokenReadError extends Error {
  override readonly name = 'BrokenReadError';
  readonly timedOut: boolean;

  constructor(message: string, options: ErrorOptions & { readonly timedOut?: boolean } = {}) {
    super(message, options);
    this.timedOut = options.timedOut ?? false;
  }
}

const TIMEOUTS = ['ETIMEDOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'];

const EXPLANATIONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'closed the connection',
  ENOTFOUND: 'has a name that nobody knows',
  ETIMEDOUT: 'takes too long to connect to',
  UND_ERR_BODY_TIMEOUT: 'stopped sending in the middle',
  UND_ERR_CONNECT_TIMEOUT: 'takes too long to connect to',
  UND_ERR_HEADERS_TIMEOUT: 'takes too long to answer',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'sent less than it had announced',
  UND_ERR_SOCKET: 'closed the connection',
};

/** What went wrong below HTTP, for people. */
export function toBrokenRead(error: unknown): BrokenReadError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new BrokenReadError(`the video server ${EXPLANATIONS[code] ?? `can't be read from: ${message}`}`, {
    cause: error,
    timedOut: TIMEOUTS.includes(code),
  });
}
