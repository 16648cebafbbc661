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
    tenant: p.text(),
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
export const USER_COLUMNS = [
  ...['id', 'tenant', 'email', 'roles'],
  ...['created_at', 'confirmed_at', 'disabled_at', 'last_login_at'],
];

export function toUser({ id, tenant, email, roles, createdAt, ...row }: UserRow): User {
  return {
    ...{ id, tenant, email, roles, createdAt },
    confirmedAt: row.confirmedAt ?? undefined,
    disabledAt: row.disabledAt ?? undefined,
    lastLoginAt: row.lastLoginAt ?? undefined,
  };
}

/** A statement of SQL. @param of rows with the id of a user */
export function keepToken(purpose: 'confirm' | 'reset', of: string): string {
  return `insert into access.mail_tokens (user_id, purpose, sha256, expires_at)
  select id, '${purpose}', ?::bytea, now() + ? * interval '1 millisecond' from ${of}
  on conflict (user_id, purpose) do update set sha256 = excluded.sha256, expires_at = excluded.expires_at
  returning user_id`;
}

/** A statement of SQL. @param which users */
export function endSessions(which: string): string {
  return `update access.sessions set ended_at = now() where ended_at is null and ${which}`;
}
