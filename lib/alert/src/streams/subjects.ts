/** Encodes a store's name as one legal NATS subject token; most names stay as they are. */
export function storeToken(store: string): string {
  return encodeURIComponent(store).replace(/[.!~*'()]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

export const subjects = {
  received: (store: string) => `alerts.received.${storeToken(store)}`,
  processed: (store: string) => `alerts.processed.${storeToken(store)}`,
  failed: (store: string) => `alerts.failed.${storeToken(store)}`,
  quarantined: (store: string) => `alerts.quarantined.${storeToken(store)}`,
};

/**
 * The store's name that a subject's last token encodes. A token that can't be decoded, because somebody published it by
 * hand, is returned as it is.
 */
export function storeOfSubject(subject: string): string {
  const lastToken = subject.slice(subject.lastIndexOf('.') + 1);
  try {
    return decodeURIComponent(lastToken);
  } catch {
    return lastToken;
  }
}
