import type { ReadRefreshToken } from '../domain/tokens.ts';
import type { User, UserName } from '../domain/user.ts';

/** The user goes on, or somebody shows a token a second time. */
export type Renewal =
  | { readonly kind: 'RENEWED'; readonly user: User }
  | { readonly kind: 'REUSED'; readonly user: UserName };

export interface PasswordUse {
  readonly userId: string;
  /** That the password was held against. */
  readonly passwordHash: string;
  /** To be kept in its place; undefined if it may stay. */
  readonly newHash: string | undefined;
}

/**
 * Sessions of users; a session has one refresh token at a time.
 *
 * Every method throws DatabaseError if the store can't do it now and trying again makes sense.
 */
export interface SessionStore {
  /** Notes that the user has logged in. @returns false, and nothing is kept, if it may not by now */
  open(token: ReadRefreshToken, use: PasswordUse): Promise<boolean>;

  /**
   * Puts the next token in the place of one that is shown. One that was used before ends the session.
   *
   * @returns undefined if the session is over, or was never there
   */
  renew(shown: ReadRefreshToken, next: ReadRefreshToken): Promise<Renewal | undefined>;

  end(sessionId: string): Promise<void>;

  /** Forgets sessions that have expired, in small batches until the signal aborts. */
  forgetOld(signal: AbortSignal): Promise<void>;
}
