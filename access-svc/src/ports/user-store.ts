import type { ListPosition } from '../domain/list-position.ts';
import type { Role } from '../domain/role.ts';
import type { User, UserAddress, UserChanges, UserName } from '../domain/user.ts';

/** A token that goes out by mail; only its hash is kept. */
export interface MailToken {
  /** 32 bytes. */
  readonly sha256: Buffer;
  /** How long it is good from now on. */
  readonly lifetimeMs: number;
}

export interface Login {
  readonly user: User;
  readonly isTenantDisabled: boolean;
  /** Undefined if the user was invited and hasn't set a password yet. */
  readonly passwordHash: string | undefined;
}

/** The users of one tenant: those of others aren't there. Every method throws what those of UserStore throw. */
export interface TenantUsers {
  /** Keeps a user without a password, and the token to set one. @returns undefined if the address is a user's */
  invite(id: string, email: string, roles: readonly Role[], token: MailToken): Promise<User | undefined>;

  /** The latest first. @param after only users that come later in the list than this place */
  list(limit: number, after?: ListPosition): Promise<readonly User[]>;

  /** One that is disabled has no session any more. @returns undefined if there is no such user */
  update(id: string, changes: UserChanges): Promise<User | undefined>;

  /** Deletes a user with its sessions and tokens. @returns false if there is no such user */
  delete(id: string): Promise<boolean>;
}

/**
 * The users. What is past and what is to come is told by one clock, the store's.
 *
 * Every method throws DatabaseError if the store can't do it now and trying again makes sense.
 */
export interface UserStore {
  of(tenant: string): TenantUsers;

  /**
   * Keeps who has registered, of the default tenant, and the token to confirm the address. Takes the place of a
   * registration that was never confirmed and has been given nothing.
   *
   * @returns whether it was kept: not if the address is a user's
   */
  register(id: string, email: string, passwordHash: string, token: MailToken): Promise<boolean>;

  /** The user to whom a token was mailed to confirm the address. */
  findByConfirm(sha256: Buffer): Promise<Login | undefined>;

  /** Confirms the address by a token, which is used up. @returns whose it is; undefined if it is of no use */
  confirm(sha256: Buffer): Promise<UserName | undefined>;

  /** @returns whether a user has the address who isn't disabled, nor its tenant */
  issueReset(address: UserAddress, token: MailToken): Promise<boolean>;

  /** The user to whom a token was mailed to set a password. */
  findByReset(sha256: Buffer): Promise<(UserName & UserAddress) | undefined>;

  /** Sets a password by a token, which is used up, and ends all sessions. @returns false if it is of no use any more */
  reset(sha256: Buffer, passwordHash: string): Promise<boolean>;

  /** Ends all sessions too, and makes tokens of no use. */
  setPassword(id: string, passwordHash: string): Promise<void>;

  findLogin(by: UserAddress | { readonly id: string }): Promise<Login | undefined>;

  /**
   * Moves a user to another tenant, with other roles, and ends all its sessions.
   *
   * @returns undefined, and nothing is changed, if there is no such user, or another one there has its address
   */
  move(id: string, tenant: string, roles: readonly Role[]): Promise<User | undefined>;
}
