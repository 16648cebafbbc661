import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '@vigie/service-kit/grpc';
import { OutcomeFeedError, type OutcomeFeedErrorReason } from '../outcome-feed-error.ts';
import { encodeResumeToken } from './resume-token.ts';

interface Row {
  readonly code: Code;
  /** For the caller: the inner message is for the logs. */
  readonly message: string;
  readonly retryDelayMs?: number;
  /** How `google.rpc.ErrorInfo.metadata` names the token of the error's position. */
  readonly token?: string;
}

const ROWS: Readonly<Record<OutcomeFeedErrorReason, Row>> = {
  FEED_UNREACHABLE: {
    code: Code.Unavailable,
    message: 'The streams of outcomes give no answer. Watch again later, with the last resume_token.',
    retryDelayMs: 1_000,
  },
  OUTCOMES_LOST: {
    code: Code.Unavailable,
    message: 'A stream of outcomes was lost or made anew. Watch again later, with the last resume_token.',
    retryDelayMs: 1_000,
  },
  // As etcd answers a watch from a revision that is compacted.
  RESUME_TOKEN_EXPIRED: {
    code: Code.OutOfRange,
    message:
      'Outcomes after this resume_token are no longer kept. List the alerts since then, and watch without it or from ' +
      'oldest_resume_token on.',
    token: 'oldest_resume_token',
  },
  RESUME_TOKEN_OF_LOST_STREAM: {
    code: Code.OutOfRange,
    message:
      'The streams of outcomes were made anew since this resume_token. List the alerts since then, and watch without ' +
      'it or from oldest_resume_token on.',
    token: 'oldest_resume_token',
  },
  WATCH_FELL_BEHIND: {
    code: Code.OutOfRange,
    message: 'Outcomes come faster than they are read. Watch again with resume_token: nothing is lost.',
    token: 'resume_token',
  },
};

/** @returns undefined if it is no error of a feed */
export function translateFeedError(error: unknown): ConnectError | undefined {
  if (!(error instanceof OutcomeFeedError)) return undefined;
  const { reason, position } = error;
  const { code, message, token, ...retry } = ROWS[reason];
  const shown = token === undefined || position === undefined ? undefined : encodeResumeToken(position);
  return rpcError(code, shown === undefined ? message : `${message} (${token}: ${shown})`, {
    reason,
    ...retry,
    ...(token === undefined || shown === undefined ? {} : { metadata: { [token]: shown } }),
    cause: error,
  });
}
