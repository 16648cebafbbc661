import { Code, type ConnectError } from '@connectrpc/connect';
import { InvalidAlertError } from '@vigie/mesh/alert/alert.ts';
import { invalidArgument, rpcError } from '@vigie/mesh/grpc/rpc-error.ts';
import { VideoSourceError } from '../../ports/video-source.ts';

/** Where the video server asks for nothing itself. */
const RETRY_DELAY_MS = 1_000;

export function translateError(error: unknown): ConnectError | undefined {
  if (error instanceof InvalidAlertError) return invalidArgument(error.violations, error);
  if (error instanceof VideoSourceError) {
    const { reason, message, retryAfterMs = RETRY_DELAY_MS } = error;
    return rpcError(Code.Unavailable, `The video can't be read: ${message}. Ask again later.`, {
      reason,
      retryDelayMs: retryAfterMs,
      cause: error,
    });
  }
  return undefined;
}
