import type { ListPosition } from '../domain/list-position.ts';
import { invitationMail } from '../domain/mail.ts';
import type { Role } from '../domain/role.ts';
import { newMailToken } from '../domain/tokens.ts';
import type { User, UserAddress, UserChanges } from '../domain/user.ts';
import { EmailTakenError, UserNotFoundError } from '../domain/user-errors.ts';
import type { TenantStore } from '../ports/tenant-store.ts';
import type { UserStore } from '../ports/user-store.ts';
import { requireUsable } from './manage-tenants.ts';
import type { Outbox } from './outbox.ts';
import { type Page, readPage } from './page.ts';

const INVITATION_MS = 7 * 24 * 60 * 60_000;

export interface CreateUserParts {
  readonly users: Pick<UserStore, 'of'>;
  readonly tenants: Pick<TenantStore, 'get'>;
  readonly outbox: Pick<Outbox, 'post'>;
  readonly publicUrl: string;
}

/** Invites somebody. @throws EmailTakenError, UnusableTenantError, DatabaseError */
export type CreateUser = (address: UserAddress, roles: readonly Role[]) => Promise<User>;

export function createCreateUser({ users, tenants, outbox, publicUrl }: CreateUserParts): CreateUser {
  return async ({ tenant, email }, roles) => {
    await requireUsable(tenants, tenant, 'USER');
    const { text, sha256 } = newMailToken();
    const user = await users
      .of(tenant)
      .invite(crypto.randomUUID(), email, roles, { sha256, lifetimeMs: INVITATION_MS });
    if (user === undefined) throw new EmailTakenError();
    outbox.post(async () => invitationMail({ tenant, email }, publicUrl, text));
    return user;
  };
}

/** The latest first. @throws DatabaseError */
export type ListUsers = (tenant: string, pageSize: number, after: ListPosition | undefined) => Promise<Page<User>>;

export function createListUsers(users: Pick<UserStore, 'of'>): ListUsers {
  return (tenant, pageSize, after) =>
    readPage(
      pageSize,
      limit => users.of(tenant).list(limit, after),
      ({ createdAt, id }) => ({ time: createdAt, id }),
    );
}

/** @throws UserNotFoundError, DatabaseError */
export type UpdateUser = (tenant: string, id: string, changes: UserChanges) => Promise<User>;

export function createUpdateUser(users: Pick<UserStore, 'of'>): UpdateUser {
  return async (tenant, id, changes) => {
    const user = await users.of(tenant).update(id, changes);
    if (user === undefined) throw new UserNotFoundError(id);
    return user;
  };
}

/** To another tenant, from whichever. @throws UserNotFoundError, EmailTakenError, UnusableTenantError, DatabaseError */
export type MoveUser = (id: string, tenant: string, roles: readonly Role[]) => Promise<User>;

export function createMoveUser(
  users: Pick<UserStore, 'move' | 'findLogin'>,
  tenants: Pick<TenantStore, 'get'>,
): MoveUser {
  return async (id, tenant, roles) => {
    await requireUsable(tenants, tenant, 'MOVED_USER');
    const user = await users.move(id, tenant, roles);
    if (user !== undefined) return user;
    throw (await users.findLogin({ id })) === undefined ? new UserNotFoundError(id) : new EmailTakenError();
  };
}

/** @throws UserNotFoundError, DatabaseError */
export type DeleteUser = (tenant: string, id: string) => Promise<void>;

export function createDeleteUser(users: Pick<UserStore, 'of'>): DeleteUser {
  return async (tenant, id) => {
    if (!(await users.of(tenant).delete(id))) throw new UserNotFoundError(id);
  };
}
