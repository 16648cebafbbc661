import type { Account, SessionTokens } from '@vigie/client';
import { uninterrupted } from '../interruption.ts';
import { whileLocked } from './file-lock.ts';
import type { KeptSession, SessionFile } from './session-file.ts';

/** An access token is not sent in its last minute: it would expire on its way, or soon after a stream has begun. */
const MARGIN_MS = 60_000;

/**
 * A person's session with a gateway, shared by all processes of that person. A refresh token that is shown twice ends
 * it, so whoever refreshes holds a lock, and looks first whether another one has done so meanwhile.
 */
export class Session {
  readonly #account: Pick<Account, 'refresh'>;
  readonly #file: SessionFile;
  #renewing: Promise<string | undefined> | undefined;

  constructor(account: Pick<Account, 'refresh'>, file: SessionFile) {
    this.#account = account;
    this.#file = file;
  }

  /** Takes the place of the session that is kept. @param askedAt when the tokens were asked for, as of `Date.now` */
  async keep(email: string, tokens: SessionTokens, askedAt: number): Promise<void> {
    await this.#whileLocked(() => this.#file.write({ email, ...keptTokens(tokens, askedAt) }));
  }

  /**
   * Forgets the session, also if that fails which ends it at the gateway.
   *
   * @param end is given a refresh token of it
   * @returns whether there was one
   */
  async forget(end: (refreshToken: string) => Promise<void>): Promise<boolean> {
    return this.#whileLocked(async () => {
      try {
        const kept = await this.#file.read();
        if (kept !== undefined) await end(kept.refreshToken);
        return kept !== undefined;
      } finally {
        await this.#file.remove();
      }
    });
  }

  /**
   * An access token that is good for a while.
   *
   * @returns undefined if nobody has logged in
   * @throws VigieError REFRESH_TOKEN_INVALID if the session is over
   */
  async token(): Promise<string | undefined> {
    const kept = await this.#file.read();
    if (kept === undefined || isGood(kept)) return kept?.accessToken;
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  #renew(): Promise<string | undefined> {
    return this.#whileLocked(async () => {
      const kept = await this.#file.read();
      if (kept === undefined || isGood(kept)) return kept?.accessToken;
      return uninterrupted(() => this.#refresh(kept));
    });
  }

  /** Between its two steps the token that is kept is one that was shown, and the next one is nowhere. */
  async #refresh(kept: KeptSession): Promise<string> {
    const askedAt = Date.now();
    const tokens = await this.#account.refresh(kept.refreshToken);
    await this.#file.write({ ...kept, ...keptTokens(tokens, askedAt) });
    return tokens.accessToken;
  }

  async #whileLocked<T>(work: () => Promise<T>): Promise<T> {
    await this.#file.makeFolder();
    return whileLocked(`${this.#file.path}.lock`, work);
  }
}

function keptTokens({ accessToken, refreshToken, expiresIn }: SessionTokens, askedAt: number) {
  return { accessToken, refreshToken, expiresAt: new Date(askedAt + expiresIn * 1_000).toISOString() };
}

function isGood({ expiresAt }: KeptSession): boolean {
  return Date.parse(expiresAt) - Date.now() > MARGIN_MS;
}
