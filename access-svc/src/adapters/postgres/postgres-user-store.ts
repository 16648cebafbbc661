import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { askPostgres } from '@vigie/postgres';
import type { ListPosition } from '../../domain/list-position.ts';
import type { Role } from '../../domain/role.ts';
import type { User, UserChanges } from '../../domain/user.ts';
import type { Login, MailToken, UserStore } from '../../ports/user-store.ts';
import { toUser, USER_COLUMNS, UserRow } from './user-row.ts';

/** The tables `access.users` and `access.mail_tokens`, by Postgres' clock. */
export class PostgresUserStore implements UserStore {
  readonly #orm: MikroORM;

  constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  register(id: string, email: string, passwordHash: string, { sha256, lifetimeMs }: MailToken): Promise<boolean> {
    return this.#findsRow(REGISTER, [id, email, passwordHash, sha256, lifetimeMs]);
  }

  async invite(id: string, email: string, roles: readonly Role[], token: MailToken): Promise<User | undefined> {
    return (await this.#read(INVITE, [id, email, roles, token.sha256, token.lifetimeMs]))[0]?.user;
  }

  async findByConfirm(sha256: Buffer): Promise<Login | undefined> {
    return (await this.#read(FIND_BY_CONFIRM, [sha256]))[0];
  }

  async confirm(sha256: Buffer): Promise<string | undefined> {
    const [row] = await this.#ask<{ id: string }>(CONFIRM, [sha256]);
    return row?.id;
  }

  issueReset(email: string, { sha256, lifetimeMs }: MailToken): Promise<boolean> {
    return this.#findsRow(ISSUE_RESET, [sha256, lifetimeMs, email]);
  }

  async findByReset(sha256: Buffer): Promise<Pick<User, 'id' | 'email'> | undefined> {
    const [row] = await this.#ask<Pick<User, 'id' | 'email'>>(FIND_BY_RESET, [sha256]);
    return row;
  }

  reset(sha256: Buffer, passwordHash: string): Promise<boolean> {
    return this.#findsRow(RESET, [sha256, passwordHash]);
  }

  async setPassword(id: string, passwordHash: string): Promise<void> {
    await this.#ask(SET_PASSWORD, [id, id, passwordHash, id]);
  }

  async findLogin(by: { readonly email: string } | { readonly id: string }): Promise<Login | undefined> {
    const [statement, value] = 'email' in by ? [findStatement('email'), by.email] : [findStatement('id'), by.id];
    return (await this.#read(statement, [value]))[0];
  }

  async list(limit: number, after?: ListPosition): Promise<readonly User[]> {
    const logins =
      after === undefined
        ? await this.#read(listStatement('true'), [limit])
        : await this.#read(listStatement('(created_at, id) < (?, ?::uuid)'), [
            after.time.toISOString(),
            after.id,
            limit,
          ]);
    return logins.map(({ user }) => user);
  }

  async update(id: string, { roles, isDisabled }: UserChanges): Promise<User | undefined> {
    const isDisabling = isDisabled === true;
    const isEnabling = isDisabled === false;
    const params = [id, isDisabling, roles !== undefined, roles ?? [], isDisabling, isEnabling, id];
    return (await this.#read(UPDATE, params))[0]?.user;
  }

  async delete(id: string): Promise<boolean> {
    const [row] = await this.#ask<{ deleted: boolean }>('select access.delete_user(?) as deleted', [id]);
    return row?.deleted === true;
  }

  #read(statement: string, params: readonly unknown[]): Promise<readonly Login[]> {
    return this.#run(async em => {
      const rows: { password_hash?: string | null }[] = await em.execute(statement, [...params]);
      return rows.map(({ password_hash: hash, ...row }) => ({
        user: toUser(em.map(UserRow, row)),
        passwordHash: hash ?? undefined,
      }));
    });
  }

  async #findsRow(statement: string, params: readonly unknown[]): Promise<boolean> {
    return (await this.#ask(statement, params)).length > 0;
  }

  #ask<T>(statement: string, params: readonly unknown[]): Promise<readonly T[]> {
    return this.#run(em => em.execute<T[]>(statement, [...params]));
  }

  #run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return askPostgres(() => work(this.#orm.em.fork()));
  }
}

const COLUMNS = USER_COLUMNS.join(', ');

/** @param of rows with the id of a user */
function keepToken(purpose: 'confirm' | 'reset', of: string): string {
  return `insert into access.mail_tokens (user_id, purpose, sha256, expires_at)
  select id, '${purpose}', ?::bytea, now() + ? * interval '1 millisecond' from ${of}
  on conflict (user_id, purpose) do update set sha256 = excluded.sha256, expires_at = excluded.expires_at
  returning user_id`;
}

/** Of a user. */
function hasToken(purpose: 'confirm' | 'reset'): string {
  return `id = (select user_id from access.mail_tokens
  where sha256 = ? and purpose = '${purpose}' and expires_at > now())`;
}

function useToken(purpose: 'confirm' | 'reset'): string {
  return `update access.mail_tokens set expires_at = 'epoch'
  where sha256 = ? and purpose = '${purpose}' and expires_at > now() returning user_id as id`;
}

/** @param which users */
function endSessions(which: string): string {
  return `update access.sessions set ended_at = now() where ended_at is null and ${which}`;
}

/** Whoever was invited, or given a role, has the address for good: nobody takes that over by registering with it. */
const REGISTER = `with registered as (
  insert into access.users as u (id, email, roles, password_hash, created_at) values (?, ?, '{}', ?, now())
  on conflict (email) do update set password_hash = excluded.password_hash, created_at = excluded.created_at
  where u.confirmed_at is null and u.password_hash is not null and u.roles = '{}' and u.disabled_at is null
  returning id
)
${keepToken('confirm', 'registered')}`;

const INVITE = `with invited as (
  insert into access.users (id, email, roles, created_at) values (?, ?, array[?]::text[], now())
  on conflict (email) do nothing returning ${COLUMNS}
), token as (
  ${keepToken('reset', 'invited')}
)
select ${COLUMNS} from invited`;

const FIND_BY_CONFIRM = `select ${COLUMNS}, password_hash from access.users where ${hasToken('confirm')}`;

const CONFIRM = `with used as (
  ${useToken('confirm')}
)
update access.users as u set confirmed_at = coalesce(confirmed_at, now()) from used where u.id = used.id
returning u.id`;

const ISSUE_RESET = keepToken('reset', 'access.users where email = ? and disabled_at is null');

const FIND_BY_RESET = `select id, email from access.users where ${hasToken('reset')}`;

const RESET = `with used as (
  ${useToken('reset')}
), ended as (
  ${endSessions('user_id in (select id from used)')}
)
update access.users as u set password_hash = ?, confirmed_at = coalesce(confirmed_at, now()) from used
where u.id = used.id returning u.id`;

const SET_PASSWORD = `with ended as (
  ${endSessions('user_id = ?')}
), useless as (
  update access.mail_tokens set expires_at = 'epoch' where user_id = ?
)
update access.users set password_hash = ? where id = ?`;

function findStatement(column: 'email' | 'id'): string {
  return `select ${COLUMNS}, password_hash from access.users where ${column} = ?`;
}

function listStatement(place: string): string {
  return `select ${COLUMNS} from access.users where ${place} order by created_at desc, id desc limit ?`;
}

const UPDATE = `with ended as (
  ${endSessions('user_id = ? and ?')}
)
update access.users
set roles = case when ? then array[?]::text[] else roles end,
  disabled_at = case when ? then coalesce(disabled_at, now()) when ? then null else disabled_at end
where id = ?
returning ${COLUMNS}`;
