export {
  type Alert,
  type AlertInput,
  type AlertName,
  alertKey,
  findStoreViolation,
  findUidViolation,
  findVideoViolation,
  InvalidAlertError,
  latestTimestamp,
  parseAlert,
  timestampSeconds,
} from './alert.ts';
export { type AlertContent, contentHash, contentKey, isSameContent } from './alert-content.ts';
export {
  ALERT_STATUSES,
  type AlertRecord,
  type AlertStatus,
  FAILURE_CODES,
  type Failure,
  type FailureCode,
  type FinalStatus,
  type FinishedAlert,
  isFinished,
  type Outcome,
  type PendingAlert,
  type PendingRetry,
  type ReceivedAlert,
  statusOf,
} from './alert-record.ts';
export type { FieldViolation } from './field-violation.ts';
export { findLabelTextViolation, type Labels, labelTexts } from './labels.ts';
export type { AudioTrack, DurationSource, Media, VideoTrack } from './media.ts';
