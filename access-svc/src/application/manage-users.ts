import type { ListPosition } from '../domain/list-position.ts';
import { invitationMail } from '../domain/mail.ts';
import type { Role } from '../domain/role.ts';
import { newMailToken } from '../domain/tokens.ts';
import type { User, UserChanges } from '../domain/user.ts';
import { EmailTakenError, UserNotFoundError } from '../domain/user-errors.ts';
import type { UserStore } from '../ports/user-store.ts';
import type { Outbox } from './outbox.ts';
import { type Page, readPage } from './page.ts';

const INVITATION_MS = 7 * 24 * 60 * 60_000;

export interface CreateUserParts {
  readonly users: Pick<UserStore, 'invite'>;
  readonly outbox: Pick<Outbox, 'post'>;
  readonly publicUrl: string;
}

/** Invites somebody. @throws EmailTakenError, DatabaseError */
export type CreateUser = (email: string, roles: readonly Role[]) => Promise<User>;

export function createCreateUser({ users, outbox, publicUrl }: CreateUserParts): CreateUser {
  return async (email, roles) => {
    const { text, sha256 } = newMailToken();
    const user = await users.invite(crypto.randomUUID(), email, roles, { sha256, lifetimeMs: INVITATION_MS });
    if (user === undefined) throw new EmailTakenError();
    outbox.post(async () => invitationMail(email, publicUrl, text));
    return user;
  };
}

/** The latest first. @throws DatabaseError */
export type ListUsers = (pageSize: number, after: ListPosition | undefined) => Promise<Page<User>>;

export function createListUsers(users: Pick<UserStore, 'list'>): ListUsers {
  return (pageSize, after) =>
    readPage(
      pageSize,
      limit => users.list(limit, after),
      ({ createdAt, id }) => ({ time: createdAt, id }),
    );
}

/** @throws UserNotFoundError, DatabaseError */
export type UpdateUser = (id: string, changes: UserChanges) => Promise<User>;

export function createUpdateUser(users: Pick<UserStore, 'update'>): UpdateUser {
  return async (id, changes) => {
    const user = await users.update(id, changes);
    if (user === undefined) throw new UserNotFoundError(id);
    return user;
  };
}

/** @throws UserNotFoundError, DatabaseError */
export type DeleteUser = (id: string) => Promise<void>;

export function createDeleteUser(users: Pick<UserStore, 'delete'>): DeleteUser {
  return async id => {
    if (!(await users.delete(id))) throw new UserNotFoundError(id);
  };
}
