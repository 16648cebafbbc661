import { ReasonedError } from '@vigie/service-kit/errors';

export type AccessErrorReason =
  /** Nobody may do it without saying who it is. */
  | 'CREDENTIALS_MISSING'
  /** They are nobody's, or nobody's any more. */
  | 'CREDENTIALS_INVALID'
  /** Whether they are good is for somebody else to say, who can't be asked now. */
  | 'ISSUER_UNREACHABLE'
  /** They are somebody's who may not. */
  | 'SCOPE_MISSING'
  /** They are for other stores. */
  | 'STORE_NOT_ALLOWED'
  /** They are for other videos. */
  | 'VIDEO_NOT_ALLOWED'
  /** They are for another tenant. */
  | 'TENANT_NOT_ALLOWED';

/** Why a caller is refused. Its message is for the caller. */
export class AccessError extends ReasonedError<AccessErrorReason> {
  override readonly name = 'AccessError';
}
