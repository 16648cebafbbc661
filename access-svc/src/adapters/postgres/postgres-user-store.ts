import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { DEFAULT_TENANT } from '@vigie/access/tenants';
import { askPostgres } from '@vigie/postgres';
import type { Role } from '../../domain/role.ts';
import type { User, UserAddress, UserName } from '../../domain/user.ts';
import type { Login, MailToken, TenantUsers, UserStore } from '../../ports/user-store.ts';
import { PostgresTenantUsers } from './postgres-tenant-users.ts';
import { isOfEnabledTenant } from './tenant-row.ts';
import { endSessions, keepToken, toUser, USER_COLUMNS, UserRow } from './user-row.ts';

/** The tables `access.users` and `access.mail_tokens`, by Postgres' clock. */
export class PostgresUserStore implements UserStore {
  readonly #orm: MikroORM;

  constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  of(tenant: string): TenantUsers {
    return new PostgresTenantUsers(this.#orm, tenant);
  }

  register(id: string, email: string, passwordHash: string, { sha256, lifetimeMs }: MailToken): Promise<boolean> {
    return this.#findsRow(REGISTER, [id, DEFAULT_TENANT, email, passwordHash, sha256, lifetimeMs]);
  }

  async findByConfirm(sha256: Buffer): Promise<Login | undefined> {
    return (await this.#read(FIND_BY_CONFIRM, [sha256]))[0];
  }

  async confirm(sha256: Buffer): Promise<UserName | undefined> {
    const [row] = await this.#ask<UserName>(CONFIRM, [sha256]);
    return row;
  }

  issueReset({ tenant, email }: UserAddress, { sha256, lifetimeMs }: MailToken): Promise<boolean> {
    return this.#findsRow(ISSUE_RESET, [sha256, lifetimeMs, tenant, email]);
  }

  async findByReset(sha256: Buffer): Promise<(UserName & UserAddress) | undefined> {
    const [row] = await this.#ask<UserName & UserAddress>(FIND_BY_RESET, [sha256]);
    return row;
  }

  reset(sha256: Buffer, passwordHash: string): Promise<boolean> {
    return this.#findsRow(RESET, [sha256, passwordHash]);
  }

  async setPassword(id: string, passwordHash: string): Promise<void> {
    await this.#ask(SET_PASSWORD, [id, id, passwordHash, id]);
  }

  async findLogin(by: UserAddress | { readonly id: string }): Promise<Login | undefined> {
    const [statement, values] =
      'email' in by
        ? [findStatement('tenant = ? and email = ?'), [by.tenant, by.email]]
        : [findStatement('id = ?'), [by.id]];
    return (await this.#read(statement, values))[0];
  }

  async move(id: string, tenant: string, roles: readonly Role[]): Promise<User | undefined> {
    return (await this.#read(MOVE, [tenant, roles, id, tenant]))[0]?.user;
  }

  #read(statement: string, params: readonly unknown[]): Promise<readonly Login[]> {
    return this.#run(async em => {
      const rows: LoginRow[] = await em.execute(statement, [...params]);
      return rows.map(({ password_hash: hash, is_tenant_disabled: isTenantDisabled, ...row }) => ({
        user: toUser(em.map(UserRow, row)),
        isTenantDisabled,
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

interface LoginRow {
  readonly is_tenant_disabled: boolean;
  readonly password_hash?: string | null;
}

const COLUMNS = USER_COLUMNS.join(', ');

/** Of a user `u`. */
const WITH_TENANT = `${COLUMNS}, not ${isOfEnabledTenant('u')} as is_tenant_disabled`;

/** Of a user. */
function hasToken(purpose: 'confirm' | 'reset'): string {
  return `id = (select user_id from access.mail_tokens
  where sha256 = ? and purpose = '${purpose}' and expires_at > now())`;
}

function useToken(purpose: 'confirm' | 'reset'): string {
  return `update access.mail_tokens set expires_at = 'epoch'
  where sha256 = ? and purpose = '${purpose}' and expires_at > now() returning user_id as id`;
}

/** Whoever was invited, or given a role, has the address for good: nobody takes that over by registering with it. */
const REGISTER = `with registered as (
  insert into access.users as u (id, tenant, email, roles, password_hash, created_at) values (?, ?, ?, '{}', ?, now())
  on conflict (tenant, email) do update set password_hash = excluded.password_hash, created_at = excluded.created_at
  where u.confirmed_at is null and u.password_hash is not null and u.roles = '{}' and u.disabled_at is null
  returning id
)
${keepToken('confirm', 'registered')}`;

const FIND_BY_CONFIRM = `select ${WITH_TENANT}, password_hash from access.users as u where ${hasToken('confirm')}`;

const CONFIRM = `with used as (
  ${useToken('confirm')}
)
update access.users as u set confirmed_at = coalesce(confirmed_at, now()) from used where u.id = used.id
returning u.id, u.tenant`;

const ISSUE_RESET = keepToken(
  'reset',
  `access.users as u where tenant = ? and email = ? and disabled_at is null and ${isOfEnabledTenant('u')}`,
);

const FIND_BY_RESET = `select id, tenant, email from access.users where ${hasToken('reset')}`;

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

function findStatement(condition: string): string {
  return `select ${WITH_TENANT}, password_hash from access.users as u where ${condition}`;
}

const MOVE = `with moved as (
  update access.users as u set tenant = ?, roles = array[?]::text[]
  where id = ? and not exists (select from access.users as o where o.tenant = ? and o.email = u.email and o.id <> u.id)
  returning ${COLUMNS}
), ended as (
  ${endSessions('user_id in (select id from moved)')}
)
select ${WITH_TENANT} from moved as u`;
