import { Code, type ConnectError } from '@connectrpc/connect';
import { parseTimeout as parseConnectTimeout } from '@connectrpc/connect/protocol-connect';
import { parseTimeout as parseGrpcTimeout } from '@connectrpc/connect/protocol-grpc';
import { rpcError } from '@vigie/service-kit/grpc';

/**
 * Shortens the deadline in a call's headers to the longest that there is. It is no error to ask for more: clients round
 * up, and would not know what to do about one.
 *
 * @throws ConnectError INVALID_ARGUMENT if it is malformed; the headers hold none then
 */
export function limitDeadline(header: Headers, maxTimeoutMs: number): void {
  if (readDeadline(header, 'grpc-timeout', parseGrpcTimeout) > maxTimeoutMs) {
    header.set('grpc-timeout', grpcTimeout(maxTimeoutMs));
  }
  if (readDeadline(header, 'connect-timeout-ms', parseConnectTimeout) > maxTimeoutMs) {
    header.set('connect-timeout-ms', String(maxTimeoutMs));
  }
}

/** In milliseconds; 0 if there is none. */
function readDeadline(header: Headers, name: string, parse: typeof parseGrpcTimeout): number {
  const value = header.get(name);
  const { timeoutMs = 0, error } = parse(value, Number.POSITIVE_INFINITY);
  if (error !== undefined) throw malformed(header, name, value ?? '');
  return timeoutMs;
}

/** At most eight digits. */
function grpcTimeout(ms: number): string {
  return ms < 1e8 ? `${ms}m` : `${Math.floor(ms / 1_000)}S`;
}

function malformed(header: Headers, name: string, value: string): ConnectError {
  header.delete(name);
  return rpcError(Code.InvalidArgument, `${name}: ${value.slice(0, 32)} is no deadline.`, {
    reason: 'MALFORMED_DEADLINE',
  });
}
