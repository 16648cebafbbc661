import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '@vigie/service-kit/grpc';

const GRPC_TIMEOUT = /^(\d{1,8})([HMSmun])$/;
const CONNECT_TIMEOUT = /^\d{1,10}$/;
const UNITS_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/**
 * Shortens the deadline in a call's headers to the longest that there is. It is no error to ask for more: clients round
 * up, and would not know what to do about one.
 *
 * @throws ConnectError INVALID_ARGUMENT if it is malformed; the headers hold none then
 */
export function limitDeadline(header: Headers, maxTimeoutMs: number): void {
  const grpc = header.get('grpc-timeout');
  if (grpc !== null) {
    const [, amount, unit = ''] = GRPC_TIMEOUT.exec(grpc) ?? [];
    if (amount === undefined) throw malformed(header, 'grpc-timeout', grpc);
    if (Number(amount) * (UNITS_MS[unit] ?? 1) > maxTimeoutMs) header.set('grpc-timeout', grpcTimeout(maxTimeoutMs));
  }
  const connect = header.get('connect-timeout-ms');
  if (connect !== null) {
    if (!CONNECT_TIMEOUT.test(connect)) throw malformed(header, 'connect-timeout-ms', connect);
    if (Number(connect) > maxTimeoutMs) header.set('connect-timeout-ms', String(maxTimeoutMs));
  }
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
