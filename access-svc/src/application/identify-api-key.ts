import type { IdentifyApiKey } from '@vigie/access';
import type { ApiKeyStore } from '../ports/api-key-store.ts';

/**
 * Tells whose a key is, and has its use noted; nobody waits for that.
 *
 * @param onUseMissed told why a use could not be noted
 */
export function createIdentifyApiKey(
  store: Pick<ApiKeyStore, 'identify' | 'noteUse'>,
  onUseMissed: (error: unknown) => void,
): IdentifyApiKey {
  return async key => {
    const found = await store.identify(key);
    if (found?.isUseNoted === false) void store.noteUse(key.id).catch(onUseMissed);
    return found?.identity;
  };
}
