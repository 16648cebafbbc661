import type { User } from '../domain/user.ts';
import { UserNotFoundError, UserRefusedError } from '../domain/user-errors.ts';
import type { Login, UserStore } from '../ports/user-store.ts';

/**
 * A user about itself: its access token may be older than what became of it.
 *
 * @throws UserNotFoundError, UserRefusedError USER_DISABLED, TENANT_DISABLED, DatabaseError
 */
export type GetUser = (id: string) => Promise<User>;

export function createGetUser(users: Pick<UserStore, 'findLogin'>): GetUser {
  return async id => {
    const login = await users.findLogin({ id });
    if (login === undefined) throw new UserNotFoundError(id);
    requireEnabled(login);
    return login.user;
  };
}

/** @throws UserRefusedError USER_DISABLED, TENANT_DISABLED */
export function requireEnabled({ user, isTenantDisabled }: Login): void {
  if (user.disabledAt !== undefined) throw new UserRefusedError('USER_DISABLED', 'The user is disabled: ask an admin.');
  if (isTenantDisabled) throw new UserRefusedError('TENANT_DISABLED', `The tenant ${user.tenant} is disabled.`);
}
