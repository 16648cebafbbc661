import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '@vigie/service-kit/grpc';

/** Soon: most requests take milliseconds. */
const RETRY_DELAY_MS = 1_000;

const FIELD = 'Idempotency-Key';
const RULE = 'must be there once, with 1-255 visible ASCII characters, such as "8e03978e-40d5-43dd-bc93-6894a57f9324"';

export function malformedKey(): ConnectError {
  return rpcError(Code.InvalidArgument, `The header ${FIELD} ${RULE}.`, {
    reason: 'MALFORMED_IDEMPOTENCY_KEY',
    violations: [{ field: FIELD, description: RULE }],
  });
}

export function keyInUse(): ConnectError {
  return rpcError(Code.Aborted, `The request with this ${FIELD} is still under way; send it again to get its answer.`, {
    reason: 'IDEMPOTENCY_KEY_IN_USE',
    retryDelayMs: RETRY_DELAY_MS,
  });
}

export function keyReused(): ConnectError {
  const message = `This ${FIELD} is that of another request; give each request a key of its own.`;
  return rpcError(Code.FailedPrecondition, message, { reason: 'IDEMPOTENCY_KEY_REUSED' });
}

/** @param status what the request was answered */
export function answerNotKept(status: number): ConnectError {
  const message =
    `The request with this ${FIELD} was carried out and answered ${status}; its answer was too large, or too secret, to be kept. ` +
    'Read what you need, or send the request with another key to have it carried out again.';
  return rpcError(Code.AlreadyExists, message, {
    reason: 'IDEMPOTENCY_ANSWER_NOT_KEPT',
    metadata: { status: String(status) },
  });
}

export function keysUnavailable(cause: unknown): ConnectError {
  const message =
    `Nothing was done, as the ${FIELD} can't be kept now; send the request again, or without this header if it may ` +
    'be carried out twice.';
  return rpcError(Code.Unavailable, message, {
    reason: 'IDEMPOTENCY_UNAVAILABLE',
    retryDelayMs: RETRY_DELAY_MS,
    cause,
  });
}
