import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '../grpc/rpc-error.ts';

export function bodyTooLarge(maxBytes: number): ConnectError {
  const message = `The body is larger than ${maxBytes} bytes; send less at once.`;
  return rpcError(Code.ResourceExhausted, message, { reason: 'BODY_TOO_LARGE' });
}

export function bodyTooSlow(timeoutMs: number): ConnectError {
  const message = `The body did not arrive within ${timeoutMs} ms; send it faster, or less at once.`;
  return rpcError(Code.DeadlineExceeded, message, { reason: 'BODY_TOO_SLOW' });
}

export function bodyIncomplete(): ConnectError {
  return rpcError(Code.InvalidArgument, 'The body ends in the middle of a message.', { reason: 'INCOMPLETE_BODY' });
}
