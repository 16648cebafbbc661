-- The role of store-svc, which reads and writes rows and can't change the schema, and a role for people, who only read.
-- The schema belongs to whoever runs this file and the migrations. Safe to run again, before and after the tables are
-- there. A psql with PGOPTIONS='-c vigie.store_password=... -c vigie.read_password=...' sets other passwords.

do $$
begin
  if not exists (select from pg_roles where rolname = 'vigie_store') then
    create role vigie_store;
  end if;
  execute format(
    'alter role vigie_store login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %L',
    coalesce(current_setting('vigie.store_password', true), 'vigie_store')
  );
  if not exists (select from pg_roles where rolname = 'vigie_read') then
    create role vigie_read;
  end if;
  execute format(
    'alter role vigie_read login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %L',
    coalesce(current_setting('vigie.read_password', true), 'vigie_read')
  );
  execute format('grant connect on database %I to vigie_store, vigie_read', current_database());
  -- By default everybody may make temporary tables.
  execute format('revoke temporary on database %I from public', current_database());
end
$$;

-- The default since Postgres 15, but not where the database was made by an older one.
revoke create on schema public from public;
grant usage on schema public to vigie_store, vigie_read;

-- What is there, and what migrations will make: they needn't know this role.
grant select, insert, update on all tables in schema public to vigie_store;
grant usage on all sequences in schema public to vigie_store;
alter default privileges in schema public grant select, insert, update on tables to vigie_store;
alter default privileges in schema public grant usage on sequences to vigie_store;

grant select on all tables in schema public to vigie_read;
alter default privileges in schema public grant select on tables to vigie_read;
-- A query that is forgotten would keep dead rows from being removed.
alter role vigie_read set statement_timeout = '5min';
alter role vigie_read set idle_in_transaction_session_timeout = '5min';
