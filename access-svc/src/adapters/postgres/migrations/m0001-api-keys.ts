import { Migration } from '@mikro-orm/migrations';

export class M0001ApiKeys extends Migration {
  override up(): void {
    this.addSql(`
create table access.api_keys (
  id               text collate "C" primary key,
  name             text not null,
  scopes           text[] not null,
  stores           text[] not null,
  sha256           bytea not null unique,
  previous_sha256  bytea unique,
  previous_until   timestamptz(3),
  created_at       timestamptz(3) not null,
  created_by       text not null,
  expires_at       timestamptz(3),
  rotated_at       timestamptz(3),
  revoked_at       timestamptz(3),
  last_used_at     timestamptz(3),
  constraint api_keys_hashed check (octet_length(sha256) = 32 and octet_length(previous_sha256) = 32),
  constraint api_keys_previous_ends check ((previous_sha256 is null) = (previous_until is null)),
  constraint api_keys_admin_of_all_stores check (not ('admin' = any (scopes) and cardinality(stores) > 0))
)`);
    this.addSql('create index api_keys_latest on access.api_keys (created_at desc, id desc)');
    this.addSql(`comment on table access.api_keys is
      'Every API key that was ever made, by its hash. Written by access-svc only.'`);
    for (const [column, comment] of Object.entries(COMMENTS)) {
      this.addSql(`comment on column access.api_keys.${column} is '${comment}'`);
    }
  }

  override down(): void {
    this.addSql('drop table access.api_keys');
  }
}

/** Each begins with the name of the API's field, unless it has none. */
const COMMENTS = {
  id: 'id: names the key without giving it away.',
  name: 'name: what people call it.',
  scopes: 'scopes: what it may be used for; admin includes all others.',
  stores: 'stores: whose alerts it may be used for; empty for all of them.',
  sha256: 'Not in the API: SHA-256 of the key.',
  previous_sha256: 'Not in the API: SHA-256 of the key before the last rotation; null if that was not kept.',
  previous_until: 'previous_key_until: until when the key before the last rotation is taken too.',
  created_at: 'created_at: when it was made.',
  created_by: 'Not in the API: who made it: key:<id>, service, or ADMIN_KEY where the environment names it.',
  expires_at: 'expires_at: from when on it is refused; never if null.',
  rotated_at: 'rotated_at: when it was last rotated.',
  revoked_at: 'revoked_at: since when it is refused for good.',
  last_used_at: 'last_used_at: when it was last used, up to a minute ago.',
} as const;
