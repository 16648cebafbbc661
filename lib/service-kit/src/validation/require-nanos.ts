import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';
import { invalidArgument } from '../grpc/rpc-error.ts';

/**
 * The rules in the protos see only which moment it is, or how long, not whether it is written as it should be.
 *
 * @param times by the names of their fields
 * @throws ConnectError INVALID_ARGUMENT for nanos out of bounds
 */
export function requireNanos(times: Readonly<Record<string, Timestamp | Duration | undefined>>): void {
  const violations = Object.entries(times).flatMap(([field, time]) =>
    time === undefined || (time.nanos >= 0 && time.nanos < 1e9)
      ? []
      : [{ field, description: 'must have nanos from 0 to 999999999' }],
  );
  if (violations.length > 0) throw invalidArgument(violations);
}
