import { Migration } from '@mikro-orm/migrations';
import { raiseTenantWall, type TenantWall, tearDownTenantWall } from '@vigie/postgres/migrations';

/** By the wall of users, behind which the role is here too. */
const OF_ITS_USERS = 'user_id in (select id from access.users)';

/** What an admin may have done to what is its own tenant's; all else is done by the service itself. */
const WALL: TenantWall = {
  role: 'vigie_access_tenant',
  schemaName: 'access',
  grants: {
    'access.api_keys': 'select, insert, update',
    'access.users': 'select, insert, update',
    'access.audit_events': 'select',
    'access.mail_tokens': 'select, insert, update',
    'access.sessions': 'select, update',
  },
  conditions: { 'access.mail_tokens': OF_ITS_USERS, 'access.sessions': OF_ITS_USERS },
};

export class M0004Tenants extends Migration {
  override up(): void {
    this.addSql(`
create table access.tenants (
  id            text collate "C" primary key,
  display_name  text not null,
  created_at    timestamptz(3) not null,
  created_by    text not null,
  disabled_at   timestamptz(3),
  constraint tenants_label check (id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  constraint tenants_default_needed check (not (id = 'default' and disabled_at is not null))
)`);
    this.addSql('create index tenants_latest on access.tenants (created_at desc, id desc)');
    this.addSql(`insert into access.tenants (id, display_name, created_at, created_by)
      values ('default', 'default', now(), 'migration')`);
    for (const [table, reference] of Object.entries(COLUMNS)) {
      this.addSql(
        `alter table access.${table} add column tenant text collate "C" not null default 'default' ${reference}`,
      );
      // Whoever adds a row says whose it is.
      this.addSql(`alter table access.${table} alter column tenant drop default`);
    }
    this.addSql('create index api_keys_of_tenant on access.api_keys (tenant, created_at desc, id desc)');
    this.addSql('create index audit_events_of_tenant on access.audit_events (tenant, at desc, id desc)');
    this.addSql('create index users_of_tenant on access.users (tenant, created_at desc, id desc)');
    // One tenant's admins must not learn that an address is a user's of another one.
    this.addSql('alter table access.users drop constraint users_email_key');
    this.addSql('alter table access.users add constraint users_email_in_tenant unique (tenant, email)');
    this.addSql('drop index access.api_keys_latest');
    this.addSql('drop index access.users_latest');
    for (const [name, comment] of Object.entries(COMMENTS)) {
      this.addSql(`comment on ${name.includes('.', 'access.'.length) ? 'column' : 'table'} ${name} is '${comment}'`);
    }
    // As its owner, who sees everything: so it looks by itself.
    this.addSql(`
create or replace function access.delete_user(gone uuid) returns boolean language sql security definer
  set search_path = access, pg_temp as $$
  with deleted as (delete from access.users where id = gone and tenant = current_setting('vigie.tenant') returning 1)
  select exists (select from deleted)
$$`);
    for (const sql of raiseTenantWall(WALL)) this.addSql(sql);
  }

  override down(): void {
    for (const sql of tearDownTenantWall(WALL)) this.addSql(sql);
    this.addSql(`
create or replace function access.delete_user(gone uuid) returns boolean language sql security definer
  set search_path = access, pg_temp as $$
  with deleted as (delete from access.users where id = gone returning 1)
  select exists (select from deleted)
$$`);
    // They would be the default tenant's otherwise.
    for (const table of ['api_keys', 'users']) this.addSql(`delete from access.${table} where tenant <> 'default'`);
    for (const table of Object.keys(COLUMNS)) this.addSql(`alter table access.${table} drop column tenant`);
    this.addSql('alter table access.users add constraint users_email_key unique (email)');
    this.addSql('create index api_keys_latest on access.api_keys (created_at desc, id desc)');
    this.addSql('create index users_latest on access.users (created_at desc, id desc)');
    this.addSql('drop table access.tenants');
  }
}

/** What has a tenant. Services send events that name one which was never made here: an outside issuer named it. */
const COLUMNS = {
  api_keys: 'references access.tenants',
  users: 'references access.tenants',
  audit_events: '',
} as const;

/** Those of columns begin with the name of the API's field, unless it has none. */
const COMMENTS = {
  'access.tenants': 'Whose alerts, API keys and users there are. Written by access-svc only.',
  'access.tenants.id': 'id: names the tenant for ever.',
  'access.tenants.display_name': 'display_name: what people call it.',
  'access.tenants.created_at': 'created_at: when it was made.',
  'access.tenants.created_by': 'Not in the API: who made it: key:<id>, user:<id>, service, or migration.',
  'access.tenants.disabled_at': 'disabled_at: since when its keys and users are refused.',
  'access.api_keys.tenant': 'tenant: whose it is.',
  'access.users.tenant': 'tenant: whose it is.',
  'access.audit_events.tenant': 'tenant: whose caller it was.',
} as const;
