/**
 * A client of Vigie, for Node and browsers.
 *
 * ```ts
 * const vigie = createVigieClient({ url: 'http://localhost:8000' });
 * await vigie.send({ uid: 'a1', video: '/videos/a.mp4', timestamp: new Date(), store: 'store-42' });
 * const { status, media } = await vigie.get('a1', { waitMs: 30_000 });
 * ```
 */
export type { Account, Credentials, LogInCredentials, SessionTokens, User } from './account.ts';
export type { CallOptions, ConnectionOptions, TokenSource } from './connection.ts';
export {
  ALERT_STATUSES,
  type AlertStatus,
  FAILURE_CODES,
  type FailureCode,
  QUARANTINE_STATES,
  type QuarantineState,
  SCOPES,
  type Scope,
} from './plain-types.ts';
export type {
  Accepted,
  Alert,
  ApiKey,
  IssuedApiKey,
  ListFilter,
  NewAlert,
  NewApiKey,
  NewTenant,
  Page,
  Poster,
  PurgeFilter,
  QuarantinedAlert,
  QuarantineFilter,
  ReplayFilter,
  ResolveFilter,
  SendResult,
  Summary,
  SummaryFilter,
  Tenant,
  WatchFilter,
} from './resources.ts';
export type { RetryPolicy } from './retry.ts';
export {
  createVigieClient,
  type GetOptions,
  type ListOptions,
  type ManyOptions,
  type PageOptions,
  type PosterOptions,
  type Purged,
  type RotateOptions,
  type TenantListOptions,
  type TenantOptions,
  type VigieClient,
} from './vigie-client.ts';
export { type ErrorCode, type FieldViolation, VigieError } from './vigie-error.ts';
export type { GapReason, WatchEvent, WatchOptions } from './watch-alerts.ts';
