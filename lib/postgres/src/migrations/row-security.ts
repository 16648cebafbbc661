/** The setting of a transaction that says whose rows a tenant's role sees. */
const TENANT = `current_setting('vigie.tenant')`;
const OWN = `tenant = ${TENANT}`;

/** The role that sees one tenant's rows, and what it may do to them. */
export interface TenantWall {
  readonly role: string;
  /** By table: `select, insert`. */
  readonly grants: Readonly<Record<string, string>>;
  /** By table that has no column `tenant`: which rows are the tenant's. */
  readonly conditions?: Readonly<Record<string, string>>;
  /** Of Postgres; `public` if absent. */
  readonly schemaName?: string;
}

/**
 * Statements that make a role which sees the rows of one tenant, whatever it is asked for, and none where nobody has
 * said which. Others see what their grants let them see: the service that works for all tenants, and people.
 *
 * The role can't log in; docker/postgres/roles.sql lets the service become it. It is made here too, for the policies.
 */
export function raiseTenantWall({ role, grants, conditions = {}, schemaName = 'public' }: TenantWall): string[] {
  return [
    `do $$ begin create role ${role}; exception when duplicate_object then null; end $$`,
    // Where the service runs as the owner.
    `grant ${role} to current_user`,
    `grant usage on schema ${schemaName} to ${role}`,
    ...Object.entries(grants).flatMap(([table, rights]) => [
      `alter table ${table} enable row level security`,
      `create policy everybody on ${table} using (true)`,
      `create policy one_tenant on ${table} as restrictive to ${role} using (${conditions[table] ?? OWN})`,
      `grant ${rights} on ${table} to ${role}`,
    ]),
  ];
}

/** Statements that undo what `raiseTenantWall` did to tables; the role stays, as other databases may have it too. */
export function tearDownTenantWall({ role, grants, schemaName = 'public' }: TenantWall): string[] {
  return [
    ...Object.keys(grants).flatMap(table => [
      `revoke all on ${table} from ${role}`,
      `drop policy one_tenant on ${table}`,
      `drop policy everybody on ${table}`,
      `alter table ${table} disable row level security`,
    ]),
    `revoke usage on schema ${schemaName} from ${role}`,
  ];
}
