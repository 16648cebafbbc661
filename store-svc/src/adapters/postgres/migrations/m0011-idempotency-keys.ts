import { Migration } from '@mikro-orm/migrations';

/** Which requests were carried out under their Idempotency-Key, and what they were answered; ADR 49 says why. */
export class M0011IdempotencyKeys extends Migration {
  override up(): void {
    this.addSql(
      `create table idempotency_keys (
  caller        text not null,
  key           text not null,
  fingerprint   bytea not null,
  lease_id      uuid not null,
  leased_until  timestamptz(3) not null,
  expires_at    timestamptz(3) not null,
  status        integer,
  headers       jsonb,
  body          bytea,
  primary key (caller, key)
)`,
    );
    this.addSql(`comment on table idempotency_keys is
      'Requests with an Idempotency-Key, and what they were answered; each for IDEMPOTENCY_WINDOW_MS.'`);
    for (const [column, comment] of Object.entries(COMMENTS)) {
      this.addSql(`comment on column idempotency_keys.${column} is 'Not in the API: ${comment}'`);
    }
    this.addSql('create index idempotency_keys_expiry on idempotency_keys (expires_at)');
    // As its owner, so that the role of store-svc needn't be able to delete. Several may do it at once.
    this.addSql(
      `create function forget_idempotency_keys(most integer) returns bigint language sql security definer
  set search_path from current as $$
  with expired as (
    select caller, key from idempotency_keys where expires_at < now() order by expires_at limit most
    for update skip locked
  ), forgotten as (
    delete from idempotency_keys as k using expired where k.caller = expired.caller and k.key = expired.key returning 1
  )
  select count(*) from forgotten
$$`,
    );
  }

  override down(): void {
    this.addSql('drop function forget_idempotency_keys');
    this.addSql('drop table idempotency_keys');
  }
}

const COMMENTS = {
  caller: 'whose key it is; empty for all who do not say who they are.',
  key: 'Idempotency-Key of the request, without quotes.',
  fingerprint: 'SHA-256 of the request.',
  lease_id: 'names the attempt to carry the request out that has the key.',
  leased_until: 'when the same request may begin again if that attempt has no answer by then.',
  expires_at: 'when the key may be used again; -infinity if it was released.',
  status: 'HTTP status of the answer; null while there is none.',
  headers: 'headers that belong to the answer.',
  body: 'body of the answer; null if it was too large to be kept.',
} as const;
