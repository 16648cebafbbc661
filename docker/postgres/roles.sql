-- A role for each service that has rows, which reads and writes them and can't change the schema; a role as which it does
-- what it does for one tenant; and a role for people, who only read. The schemas belong to whoever runs this file and
-- the migrations: store-svc has `public`, every other service one of its own. Safe to run again, before and after the
-- tables are there. A psql with
-- PGOPTIONS='-c vigie.store_password=... -c vigie.access_password=... -c vigie.read_password=...' sets other passwords.

-- No migration runs meanwhile: both make the schemas, and tables made meanwhile would get no grants. The numbers are the
-- `migrationLock` of each service.
select pg_advisory_lock(x'7669676965'::bigint), pg_advisory_lock(x'7669676163'::bigint);

do $$
declare
  whose text;
  role text;
begin
  foreach whose in array array['store', 'access', 'read'] loop
    role := 'vigie_' || whose;
    if not exists (select from pg_roles where rolname = role) then
      execute format('create role %I', role);
    end if;
    execute format(
      'alter role %I login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %L',
      role,
      coalesce(current_setting('vigie.' || whose || '_password', true), role)
    );
    execute format('grant connect on database %I to %I', current_database(), role);
  end loop;
  -- What a service becomes that does something for one tenant, and sees nothing of others then (policies of the
  -- migrations). It is that at no other time: it doesn't inherit.
  foreach whose in array array['store', 'access'] loop
    role := 'vigie_' || whose || '_tenant';
    if not exists (select from pg_roles where rolname = role) then
      execute format('create role %I', role);
    end if;
    execute format('alter role %I nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls', role);
    execute format('grant %I to %I', role, 'vigie_' || whose);
  end loop;
  -- By default everybody may make temporary tables.
  execute format('revoke temporary on database %I from public', current_database());
end
$$;

-- The default since Postgres 15, but not where the database was made by an older one.
revoke create on schema public from public;
grant usage on schema public to vigie_store, vigie_read;
create schema if not exists access;
grant usage on schema access to vigie_access;

-- What is there, and what migrations will make: they needn't know these roles.
grant select, insert, update on all tables in schema public to vigie_store;
grant usage on all sequences in schema public to vigie_store;
alter default privileges in schema public grant select, insert, update on tables to vigie_store;
alter default privileges in schema public grant usage on sequences to vigie_store;

-- Who may call is not for people to read, nor for other services.
grant select, insert, update on all tables in schema access to vigie_access;
alter default privileges in schema access grant select, insert, update on tables to vigie_access;

grant select on all tables in schema public to vigie_read;
alter default privileges in schema public grant select on tables to vigie_read;
-- A query that is forgotten would keep dead rows from being removed.
alter role vigie_read set statement_timeout = '5min';
alter role vigie_read set idle_in_transaction_session_timeout = '5min';

select pg_advisory_unlock_all();
