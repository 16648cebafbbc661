import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { ListPosition } from '../../domain/list-position.ts';
import type { Role } from '../../domain/role.ts';
import type { User, UserChanges } from '../../domain/user.ts';
import type { MailToken, TenantUsers } from '../../ports/user-store.ts';
import { forTenant } from './for-tenant.ts';
import { endSessions, keepToken, toUser, USER_COLUMNS, UserRow } from './user-row.ts';

/** The rows of one tenant in the tables `access.users` and `access.mail_tokens`. */
export class PostgresTenantUsers implements TenantUsers {
  readonly #orm: MikroORM;
  readonly #tenant: string;

  constructor(orm: MikroORM, tenant: string) {
    this.#orm = orm;
    this.#tenant = tenant;
  }

  invite(id: string, email: string, roles: readonly Role[], token: MailToken): Promise<User | undefined> {
    return this.#run(async em => {
      const [user] = await readUsers(em, INVITE, [id, this.#tenant, email, roles]);
      // By a statement of its own: the policy of tokens looks for a user who is there already.
      if (user !== undefined) await em.execute(KEEP_TOKEN, [token.sha256, token.lifetimeMs, this.#tenant, id], 'run');
      return user;
    });
  }

  list(limit: number, after?: ListPosition): Promise<readonly User[]> {
    if (after === undefined) return this.#read(listStatement('true'), [this.#tenant, limit]);
    const place = [after.time.toISOString(), after.id];
    return this.#read(listStatement('(created_at, id) < (?, ?::uuid)'), [this.#tenant, ...place, limit]);
  }

  async update(id: string, { roles, isDisabled }: UserChanges): Promise<User | undefined> {
    const isDisabling = isDisabled === true;
    const isEnabling = isDisabled === false;
    const changes = [roles !== undefined, roles ?? [], isDisabling, isEnabling];
    return (await this.#read(UPDATE, [...changes, this.#tenant, id, isDisabling]))[0];
  }

  async delete(id: string): Promise<boolean> {
    return this.#run(async em => {
      const [row]: { deleted: boolean }[] = await em.execute('select access.delete_user(?) as deleted', [id]);
      return row?.deleted === true;
    });
  }

  #read(statement: string, params: readonly unknown[]): Promise<readonly User[]> {
    return this.#run(em => readUsers(em, statement, params));
  }

  #run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return forTenant(this.#orm, this.#tenant, work);
  }
}

async function readUsers(em: EntityManager, statement: string, params: readonly unknown[]): Promise<readonly User[]> {
  const rows: object[] = await em.execute(statement, [...params]);
  return rows.map(row => toUser(em.map(UserRow, row)));
}

const COLUMNS = USER_COLUMNS.join(', ');

const INVITE = `insert into access.users (id, tenant, email, roles, created_at) values (?, ?, ?, array[?]::text[], now())
on conflict (tenant, email) do nothing returning ${COLUMNS}`;

const KEEP_TOKEN = keepToken('reset', 'access.users where tenant = ? and id = ?');

function listStatement(place: string): string {
  return `select ${COLUMNS} from access.users where tenant = ? and ${place}
order by created_at desc, id desc limit ?`;
}

const UPDATE = `with updated as (
  update access.users
  set roles = case when ? then array[?]::text[] else roles end,
    disabled_at = case when ? then coalesce(disabled_at, now()) when ? then null else disabled_at end
  where tenant = ? and id = ?
  returning ${COLUMNS}
), ended as (
  ${endSessions('user_id in (select id from updated) and ?')}
)
select ${COLUMNS} from updated`;
