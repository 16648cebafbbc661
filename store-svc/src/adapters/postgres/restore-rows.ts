import type { MikroORM } from '@mikro-orm/postgresql';
import { jsonLiteral } from '@vigie/postgres/values';

/** An alert that is in an archive. */
export interface ArchivedAlert {
  readonly tenant: string;
  readonly uid: string;
  readonly file: string;
}

export interface ArchivedFilter {
  readonly tenant?: string | undefined;
  readonly uid?: string | undefined;
  readonly file?: string | undefined;
}

/** Alerts that are archived and match; all if nothing is given. As the owner, who sees those of all tenants. */
export async function findArchived(
  orm: MikroORM,
  { tenant, uid, file }: ArchivedFilter = {},
): Promise<readonly ArchivedAlert[]> {
  const wanted = Object.entries({ tenant, uid, file }).filter(([, value]) => value !== undefined);
  const conditions = wanted.map(([column]) => ` and ${column} = ?`).join('');
  const params = wanted.map(([, value]) => value);
  return orm.em
    .fork()
    .execute(`select tenant, uid, file from retired_alerts where retirement = 'ARCHIVED'${conditions}`, params);
}

/**
 * Gives archived alerts their rows back, as they were. What was deleted since stays so, and what has a row keeps it.
 *
 * @param rows each a line of JSON, keyed by column
 * @returns how many rows are back
 */
export async function restoreRows(orm: MikroORM, rows: readonly string[]): Promise<number> {
  const given = jsonLiteral(rows.map(row => JSON.parse(row)));
  const restored: unknown[] = await orm.em.fork().execute(RESTORE, [given]);
  return restored.length;
}

const RESTORE = `
with given as (
  select jsonb_populate_record(null::alerts, line || jsonb_build_object('restored_at', now())) as row
  from jsonb_array_elements(?::jsonb) as lines (line)
), freed as (
  delete from retired_alerts using given
  where retired_alerts.tenant = (given.row).tenant and retired_alerts.uid = (given.row).uid and retirement = 'ARCHIVED'
  returning retired_alerts.tenant, retired_alerts.uid
)
insert into alerts select (given.row).* from given join freed on freed.tenant = (given.row).tenant and freed.uid = (given.row).uid
on conflict (tenant, uid) do nothing returning uid`;
