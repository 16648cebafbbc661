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
import type { Given, Plain } from './plain-types.ts';
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
