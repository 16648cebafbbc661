import { Migration } from '@mikro-orm/migrations';

export class M0003Users extends Migration {
  override up(): void {
    this.addSql(`
create table access.users (
  id             uuid primary key,
  email          text collate "C" not null unique,
  roles          text[] not null,
  password_hash  text,
  created_at     timestamptz(3) not null,
  confirmed_at   timestamptz(3),
  disabled_at    timestamptz(3),
  last_login_at  timestamptz(3),
  constraint users_email_normal check (email = lower(email)),
  constraint users_password_hashed check (password_hash like '$argon2id$%')
)`);
    this.addSql('create index users_latest on access.users (created_at desc, id desc)');
    this.addSql(`
create table access.mail_tokens (
  user_id     uuid references access.users on delete cascade,
  purpose     text,
  sha256      bytea not null unique,
  expires_at  timestamptz(3) not null,
  primary key (user_id, purpose),
  constraint mail_tokens_purpose check (purpose in ('confirm', 'reset')),
  constraint mail_tokens_hashed check (octet_length(sha256) = 32)
)`);
    this.addSql(`
create table access.sessions (
  id          uuid primary key,
  user_id     uuid not null references access.users on delete cascade,
  sha256      bytea not null,
  created_at  timestamptz(3) not null,
  expires_at  timestamptz(3) not null,
  ended_at    timestamptz(3),
  constraint sessions_hashed check (octet_length(sha256) = 32)
)`);
    this.addSql('create index sessions_by_user on access.sessions (user_id)');
    this.addSql('create index sessions_by_end on access.sessions (expires_at)');
    this.addSql(`
create table access.signing_keys (
  kid          text collate "C" primary key,
  public_key   bytea not null,
  private_key  bytea,
  created_at   timestamptz(3) not null,
  signs_from   timestamptz(3) not null,
  constraint signing_keys_ed25519 check (octet_length(public_key) = 32)
)`);
    for (const [table, [comment, columns]] of Object.entries(COMMENTS)) {
      this.addSql(`comment on table access.${table} is '${comment} Written by access-svc only.'`);
      for (const [column, text] of Object.entries(columns)) {
        this.addSql(`comment on column access.${table}.${column} is '${text}'`);
      }
    }
    // As their owner: the role of access-svc deletes nothing by itself, so that no mistake of it empties a table.
    this.addSql(`
create function access.delete_user(gone uuid) returns boolean language sql security definer
  set search_path = access, pg_temp as $$
  with deleted as (delete from access.users where id = gone returning 1)
  select exists (select from deleted)
$$`);
    this.addSql(`
create function access.forget_sessions(most integer) returns bigint language sql security definer
  set search_path = access, pg_temp as $$
  with old as (
    select id from access.sessions where expires_at < now() order by expires_at limit most for update skip locked
  ), forgotten as (
    delete from access.sessions as s using old where s.id = old.id returning 1
  )
  select count(*) from forgotten
$$`);
  }

  override down(): void {
    for (const name of ['forget_sessions', 'delete_user']) this.addSql(`drop function access.${name}`);
    for (const table of Object.keys(COMMENTS).toReversed()) this.addSql(`drop table access.${table}`);
  }
}

/** Of each table, then of its columns. Those of users begin with the name of the API's field, unless it has none. */
const COMMENTS: Readonly<Record<string, readonly [string, Readonly<Record<string, string>>]>> = {
  users: [
    'People who log in with an e-mail address and a password.',
    {
      id: 'id: names the user.',
      email: 'email: the address, in lower case.',
      roles: 'roles: what the user may do: viewer, operator, sender, admin.',
      password_hash:
        'Not in the API: Argon2id of the password, as a PHC string; null before an invitation is taken up.',
      created_at: 'created_at: when it was made.',
      confirmed_at: 'confirmed_at: when mail to the address was seen to arrive.',
      disabled_at: 'disabled_at: since when the user may not log in.',
      last_login_at: 'last_login_at: when the user last logged in with the password.',
    },
  ],
  mail_tokens: [
    'Tokens that went out by mail, the last one of each user and purpose.',
    {
      user_id: 'Whose it is.',
      purpose: 'What it is good for: confirm, reset.',
      sha256: 'SHA-256 of the token.',
      expires_at: 'From when on it is of no use; 1970 once it was used.',
    },
  ],
  sessions: [
    'What begins with a log-in, and goes on by one refresh token after the other.',
    {
      id: 'Names the session; part of its refresh tokens.',
      user_id: 'Whose it is.',
      sha256: 'SHA-256 of the refresh token that comes next; any other one was used before.',
      created_at: 'When the user logged in.',
      expires_at: 'From when on the refresh token is of no use.',
      ended_at: 'Since when the session is over for good.',
    },
  ],
  signing_keys: [
    'Keys of Ed25519 that sign access tokens.',
    {
      kid: 'Names the key.',
      public_key: 'The public key.',
      private_key: 'The private key, sealed by ACCESS_KEY_SECRET; null once nobody signs with it any more.',
      created_at: 'When it was made.',
      signs_from: 'From when on it signs, until that of the next key.',
    },
  ],
};
