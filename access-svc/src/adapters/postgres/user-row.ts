import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Role } from '../../domain/role.ts';
import type { User } from '../../domain/user.ts';

/** What is read of the table `access.users`, but for the hash of the password. */
export const UserRow = defineEntity({
  name: 'UserRow',
  tableName: 'users',
  schema: 'access',
  properties: {
    id: p.uuid().primary(),
    email: p.text(),
    roles: p.array().$type<Role[]>(),
    createdAt: p.datetime(3),
    confirmedAt: p.datetime(3).nullable(),
    disabledAt: p.datetime(3).nullable(),
    lastLoginAt: p.datetime(3).nullable(),
  },
});

type UserRow = InferEntity<typeof UserRow>;

/** In this order they are an entity's columns in SQL. */
export const USER_COLUMNS = ['id', 'email', 'roles', 'created_at', 'confirmed_at', 'disabled_at', 'last_login_at'];

export function toUser({ id, email, roles, createdAt, ...row }: UserRow): User {
  return {
    ...{ id, email, roles, createdAt },
    confirmedAt: row.confirmedAt ?? undefined,
    disabledAt: row.disabledAt ?? undefined,
    lastLoginAt: row.lastLoginAt ?? undefined,
  };
}
