import { LRUCache } from 'lru-cache';
import type { ReadApiKey } from './api-key.ts';
import type { ExpiringIdentity } from './identity.ts';
import { isScope } from './scopes.ts';

export interface ApiKeyRights {
  readonly tenant: string;
  readonly scopes: readonly string[];
  /** Empty for all of them. */
  readonly stores: readonly string[];
  /** Undefined if it never expires. */
  readonly expiresAtMs: number | undefined;
}

/** Who shows the key with this id. */
export function apiKeyIdentity(id: string, { tenant, scopes, stores, expiresAtMs }: ApiKeyRights): ExpiringIdentity {
  return {
    subject: `key:${id}`,
    tenant,
    isAnonymous: false,
    scopes: scopes.filter(isScope),
    stores: stores.length === 0 ? undefined : stores,
    expiresAtMs: expiresAtMs ?? Number.POSITIVE_INFINITY,
  };
}

/** @returns undefined if there is no such key, or it is of no use any more */
export type IdentifyApiKey = (key: ReadApiKey) => Promise<ExpiringIdentity | undefined>;

/**
 * Called before anybody is asked about a key that isn't known to have been good. What it throws fails the call.
 *
 * @param isNew whether the key was never asked about, or that is forgotten; otherwise it was wrong
 */
export type BeforeAsking = (isNew: boolean) => Promise<void>;

/** A revoked key is refused after so long, and however long it takes to ask. */
const FRESH_MS = 2_500;
/** Some 300 bytes each. */
const MAX_KEYS = 10_000;

interface Answer {
  readonly identity: ExpiringIdentity | undefined;
}

/**
 * What is known of the keys that are in use, so that not every call has to ask. A key that was good is taken for as
 * long as nobody can be asked: alerts still come in while access-svc is away.
 */
export class KnownKeys {
  readonly #answers: LRUCache<string, Answer, ReadApiKey>;

  constructor(identify: IdentifyApiKey) {
    this.#answers = new LRUCache<string, Answer, ReadApiKey>({
      max: MAX_KEYS,
      ttl: FRESH_MS,
      noDeleteOnFetchRejection: true,
      fetchMethod: async (_hash, _stale, { context }) => ({ identity: await identify(context) }),
    });
  }

  /** @throws what `identify` throws for a key that was not good before; what `beforeAsking` throws */
  async identify(key: ReadApiKey, beforeAsking?: BeforeAsking): Promise<ExpiringIdentity | undefined> {
    const hash = key.sha256.toString('latin1');
    const known = this.#answers.peek(hash, { allowStale: true });
    if (known?.identity === undefined && !this.#answers.has(hash)) await beforeAsking?.(known === undefined);
    try {
      return (await this.#answers.fetch(hash, { context: key }))?.identity;
    } catch (error) {
      const before = this.#answers.peek(hash, { allowStale: true });
      if (before?.identity === undefined) throw error;
      return before.identity;
    }
  }
}
