import { Code, type ConnectError } from '@connectrpc/connect';
import { translateAccessError } from '@vigie/access/wire';
import { InvalidAlertError } from '@vigie/alert';
import { AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { invalidArgument, rpcError } from '@vigie/service-kit/grpc';
import { UnknownAlertError } from '../../application/make-alert-poster.ts';
import { OverloadedError } from '../../application/overload.ts';
import { VideoUnreachableError } from '../../application/video-unreachable-error.ts';
import { AlertDirectoryError } from '../../ports/alert-directory.ts';
import { NoPosterError } from './get-poster.ts';

/** Where nobody asks for another delay. */
const RETRY_DELAY_MS = 1_000;

export function translateError(error: unknown): ConnectError | undefined {
  if (error instanceof InvalidAlertError) return invalidArgument(error.violations, error);
  if (error instanceof VideoUnreachableError) {
    const { reason, message, retryAfterMs = RETRY_DELAY_MS } = error;
    return rpcError(Code.Unavailable, `The video can't be read: ${message}. Ask again later.`, {
      reason,
      retryDelayMs: retryAfterMs,
      cause: error,
    });
  }
  if (error instanceof NoPosterError) {
    return rpcError(codeOf(error), error.message, { reason: error.reason, cause: error });
  }
  if (error instanceof UnknownAlertError) {
    return rpcError(Code.NotFound, error.message, {
      reason: error.reason,
      resource: { type: AlertSchema.typeName, name: error.uid },
      cause: error,
    });
  }
  if (error instanceof OverloadedError) {
    return rpcError(Code.ResourceExhausted, `${error.message} Ask again soon.`, {
      reason: error.reason,
      retryDelayMs: RETRY_DELAY_MS,
      cause: error,
    });
  }
  if (error instanceof AlertDirectoryError) {
    return rpcError(Code.Unavailable, 'The store gives no answer. Ask again later, or by the path of the video.', {
      reason: error.reason,
      retryDelayMs: RETRY_DELAY_MS,
      cause: error,
    });
  }
  return translateAccessError(error);
}

function codeOf({ reason }: NoPosterError): Code {
  if (reason === 'VIDEO_NOT_FOUND') return Code.NotFound;
  if (reason === 'PROBE_TIMEOUT') return Code.DeadlineExceeded;
  return Code.FailedPrecondition;
}
