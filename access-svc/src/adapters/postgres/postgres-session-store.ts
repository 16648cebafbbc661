import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { askPostgres, forgetRows } from '@vigie/postgres';
import type { ReadRefreshToken } from '../../domain/tokens.ts';
import type { UserName } from '../../domain/user.ts';
import type { PasswordUse, Renewal, SessionStore } from '../../ports/session-store.ts';
import { isOfEnabledTenant } from './tenant-row.ts';
import { toUser, USER_COLUMNS, UserRow } from './user-row.ts';

/** Of one statement, which has to end within its timeout. */
const FORGOTTEN_AT_ONCE = 1_000;

/** The table `access.sessions`, by Postgres' clock. */
export class PostgresSessionStore implements SessionStore {
  readonly #orm: MikroORM;

  constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  open({ sessionId, sha256 }: ReadRefreshToken, { userId, passwordHash, newHash }: PasswordUse): Promise<boolean> {
    return this.#run(async em => {
      const rows: object[] = await em.execute(OPEN, [newHash ?? null, userId, passwordHash, sessionId, sha256]);
      return rows.length > 0;
    });
  }

  renew(shown: ReadRefreshToken, next: ReadRefreshToken): Promise<Renewal | undefined> {
    return this.#run(async em => {
      const [row]: object[] = await em.execute(RENEW, [next.sha256, shown.sessionId, shown.sha256]);
      if (row !== undefined) return { kind: 'RENEWED', user: toUser(em.map(UserRow, row)) };
      const [user]: UserName[] = await em.execute(END_REUSED, [shown.sessionId, shown.sha256]);
      return user && { kind: 'REUSED', user };
    });
  }

  end(sessionId: string): Promise<void> {
    return this.#run(async em => void (await em.execute(END, [sessionId], 'run')));
  }

  forgetOld(signal: AbortSignal): Promise<void> {
    return forgetRows(this.#orm, { statement: FORGET, atOnce: FORGOTTEN_AT_ONCE }, signal);
  }

  #run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return askPostgres(() => work(this.#orm.em.fork()));
  }
}

/** Of a refresh token. */
const LIFETIME = `interval '30 days'`;

const OPEN = `with noted as (
  update access.users as u set last_login_at = now(), password_hash = coalesce(?, password_hash)
  where id = ? and password_hash = ? and disabled_at is null and ${isOfEnabledTenant('u')}
  returning id
)
insert into access.sessions (id, user_id, sha256, created_at, expires_at)
select ?::uuid, id, ?::bytea, now(), now() + ${LIFETIME} from noted
returning id`;

const RENEW = `update access.sessions as s set sha256 = ?, expires_at = now() + ${LIFETIME}
from access.users as u
where s.id = ? and s.sha256 = ? and s.ended_at is null and s.expires_at > now()
  and u.id = s.user_id and u.disabled_at is null and ${isOfEnabledTenant('u')}
returning ${USER_COLUMNS.map(column => `u.${column}`).join(', ')}`;

/** Who knows the id of a session has seen a token of it. */
const END_REUSED = `update access.sessions as s set ended_at = now() from access.users as u
where s.id = ? and s.sha256 <> ? and s.ended_at is null and s.expires_at > now() and u.id = s.user_id
returning u.id, u.tenant`;

const END = 'update access.sessions set ended_at = now() where id = ? and ended_at is null';

const FORGET = 'select access.forget_sessions(?) as forgotten';
