import type { ListPosition } from '../domain/list-position.ts';
import type { Role } from '../domain/role.ts';
import type { User, UserChanges } from '../domain/user.ts';

/** A token that goes out by mail; only its hash is kept. */
export interface MailToken {
  /** 32 bytes. */
  readonly sha256: Buffer;
  /** How long it is good from now on. */
  readonly lifetimeMs: number;
}

export interface Login {
  readonly user: User;
  /** Undefined if the user was invited and hasn't set a password yet. */
  readonly passwordHash: string | undefined;
}

/**
 * The users. What is past and what is to come is told by one clock, the store's.
 *
 * Every method throws DatabaseError if the store can't do it now and trying again makes sense.
 */
export interface UserStore {
  /**
   * Keeps who has registered, and the token to confirm the address. Takes the place of a registration that was never
   * confirmed and has been given nothing.
   *
   * @returns whether it was kept: not if the address is a user's
   */
  register(id: string, email: string, passwordHash: string, token: MailToken): Promise<boolean>;

  /** Keeps a user without a password, and the token to set one. @returns undefined if the address is a user's */
  invite(id: string, email: string, roles: readonly Role[], token: MailToken): Promise<User | undefined>;

  /** The user to whom a token was mailed to confirm the address. */
  findByConfirm(sha256: Buffer): Promise<Login | undefined>;

  /** Confirms the address by a token, which is used up. @returns whose it is; undefined if it is of no use */
  confirm(sha256: Buffer): Promise<string | undefined>;

  /** @returns whether a user who isn't disabled has the address */
  issueReset(email: string, token: MailToken): Promise<boolean>;

  /** The user to whom a token was mailed to set a password. */
  findByReset(sha256: Buffer): Promise<Pick<User, 'id' | 'email'> | undefined>;

  /** Sets a password by a token, which is used up, and ends all sessions. @returns false if it is of no use any more */
  reset(sha256: Buffer, passwordHash: string): Promise<boolean>;

  /** Ends all sessions too, and makes tokens of no use. */
  setPassword(id: string, passwordHash: string): Promise<void>;

  findLogin(by: { readonly email: string } | { readonly id: string }): Promise<Login | undefined>;

  /** The latest first. @param after only users that come later in the list than this place */
  list(limit: number, after?: ListPosition): Promise<readonly User[]>;

  /** One that is disabled has no session any more. @returns undefined if there is no such user */
  update(id: string, changes: UserChanges): Promise<User | undefined>;

  /** Deletes a user with its sessions and tokens. @returns false if there is no such user */
  delete(id: string): Promise<boolean>;
}
