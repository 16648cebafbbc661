import { type Duration, type Timestamp, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { invalidArgument } from '@vigie/service-kit/grpc';

/** Never later than what was said, nor beyond the year 9999, as `timestampDate` may be, which rounds up. */
export function floorDate({ seconds, nanos }: Timestamp): Date {
  return new Date(Number(seconds) * 1e3 + Math.floor(nanos / 1e6));
}

/** `>=` and `<` on whole milliseconds then mean what they mean on nanoseconds. */
export function ceilMs({ seconds, nanos }: Timestamp): number {
  return Number(seconds) * 1e3 + Math.ceil(nanos / 1e6);
}

/**
 * The rules in the proto see only which moment, or how long, it is.
 *
 * @throws ConnectError INVALID_ARGUMENT for nanos out of bounds
 */
export function requireNanos(field: string, time: Timestamp | Duration | undefined): void {
  if (time === undefined || (time.nanos >= 0 && time.nanos < 1e9)) return;
  throw invalidArgument([{ field, description: 'must have nanos from 0 to 999999999' }]);
}

/** Those that are known, as a message has them. */
export function unlessUndefined(
  times: Readonly<Record<string, Date | undefined>>,
): Readonly<Record<string, Timestamp>> {
  return Object.fromEntries(
    Object.entries(times).flatMap(([name, time]) => (time === undefined ? [] : [[name, timestampFromDate(time)]])),
  );
}
