export interface NatsAccess {
  /** Without credentials, so that it may be shown. */
  readonly servers: string;
  readonly user?: string;
  readonly pass?: string;
  /** Replies come to a place of the user's own, which nobody else may read. */
  readonly inboxPrefix?: string;
}

/**
 * The connection options that `nats://user:password@host:port` stands for; the client doesn't take the credentials of an
 * address by itself.
 */
export function readNatsUrl(url: string): NatsAccess {
  const { protocol, host, username, password } = new URL(url);
  const servers = `${protocol}//${host}`;
  if (username === '') return { servers };
  const user = decode(username);
  return { servers, user, pass: decode(password), inboxPrefix: `_INBOX.${user}` };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('NATS_URL is wrong: a percent sign in its user or password has to be written as %25.');
  }
}
