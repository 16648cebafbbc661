import type { ApiKey as ApiKeyMessage } from '@vigie/proto/vigie/access/v1/api_key_pb.ts';
import type { Tenant as TenantMessage } from '@vigie/proto/vigie/access/v1/tenant_pb.ts';
import type { Alert as AlertMessage } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import type {
  CreateAlertResponse,
  ListAlertsRequest,
  PurgeAlertsRequest,
  ReplayAlertsRequest,
  SummarizeAlertsRequest,
  SummarizeAlertsResponse,
  WatchAlertsRequest,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import type { QuarantinedAlert as QuarantinedAlertMessage } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_pb.ts';
import type {
  ListQuarantinedAlertsRequest,
  RedriveQuarantinedAlertsRequest,
} from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_service_pb.ts';
import type { Given, Plain, Scope } from './plain-types.ts';
import type { VigieError } from './vigie-error.ts';

/** An alert, with its outcome once there is one. */
export interface Alert extends Plain<AlertMessage> {}

/** What a client sends. */
export interface NewAlert {
  /** Unique for ever: 1-128 characters of `[A-Za-z0-9._:-]`. */
  readonly uid: string;
  /** Where the clip is on the video server: `/videos/clip.mp4`. */
  readonly video: string;
  /** When it happened: a date, or Unix seconds with a fraction. */
  readonly timestamp: number | Date;
  readonly store: string;
  /** What to find the alert by later. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** An alert that is on disk. With `duplicate` it had been before. */
export interface Accepted extends Plain<CreateAlertResponse> {}

/** What became of one alert of many. */
export type SendResult<A = NewAlert> =
  | { readonly alert: A; readonly accepted: Accepted; readonly error?: undefined }
  | { readonly alert: A; readonly accepted?: undefined; readonly error: VigieError };

/** An alert has to match all that is given. */
export interface ListFilter extends Given<ListAlertsRequest, 'pageSize' | 'pageToken' | 'readMask'> {}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Of the next page; empty on the last one. */
  readonly nextPageToken: string;
}

/** An alert has to match all that is given. */
export interface SummaryFilter extends Given<SummarizeAlertsRequest> {}

/** How many alerts there are, and of which kinds. */
export interface Summary extends Plain<SummarizeAlertsResponse> {}

/** An alert has to match all that is given. */
export interface WatchFilter extends Given<WatchAlertsRequest, 'resumeToken'> {}

/** An alert has to match all that is given; at least one filter is required. */
export interface ReplayFilter extends Given<ReplayAlertsRequest, 'pageSize' | 'pageToken'> {}

/** An alert has to match all that is given; at least one filter is required. */
export interface PurgeFilter extends Given<PurgeAlertsRequest, 'pageSize' | 'pageToken'> {}

/** A message in quarantine. `payload` is its original, as base64. */
export interface QuarantinedAlert extends Plain<QuarantinedAlertMessage> {}

/** Only HELD ones, unless `state` says otherwise. */
export interface QuarantineFilter extends Given<ListQuarantinedAlertsRequest, 'pageSize' | 'pageToken'> {}

/** A message has to match all that is given; at least one filter is required. */
export interface ResolveFilter extends Given<RedriveQuarantinedAlertsRequest, 'limit'> {}

/** A picture of a video. */
export interface Poster {
  /** `image/jpeg`. */
  readonly contentType: string;
  readonly data: Uint8Array;
}

/** What is known of an API key. The key itself is shown only when it is made or rotated. */
export interface ApiKey extends Plain<ApiKeyMessage> {}

/** What is decided of an API key when it is made. */
export interface NewApiKey {
  /** What people call it: 1-100 characters. */
  readonly name: string;
  /** What it may be used for, at least one. */
  readonly scopes: readonly Scope[];
  /** The stores whose alerts it may be used for, at most 100; all of them if absent. Not with the scope `admin`. */
  readonly stores?: readonly string[] | undefined;
  /** From when on it is refused: a date, or RFC 3339. Never if absent. */
  readonly expiresAt?: Date | string | undefined;
  /** Whose it is; that of who makes it if absent. Only admins of the tenant `default` may name another one. */
  readonly tenant?: string | undefined;
}

/** An API key that was made or rotated. */
export interface IssuedApiKey {
  readonly apiKey: ApiKey;
  /** The key: `vgk_...`. Vigie can't show it again. */
  readonly key: string;
}

/** Whose alerts, API keys and users something is about. */
export interface Tenant extends Plain<TenantMessage> {}

/** What is decided of a tenant when it is made. */
export interface NewTenant {
  /** Names it for ever, as a label of DNS: `acme`. */
  readonly id: string;
  /** What people call it: 1-100 characters. Its id if absent. */
  readonly displayName?: string | undefined;
}
