import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { invalidArgument } from '@vigie/service-kit/grpc';

interface TimeRequest {
  readonly since?: Timestamp | undefined;
  readonly until?: Timestamp | undefined;
}

interface TimeFilter {
  readonly sinceMicros: number | undefined;
  readonly untilMicros: number | undefined;
}

/** @throws ConnectError INVALID_ARGUMENT for nanos out of bounds: the rules in the proto see only which moment it is */
export function readTimeFilter({ since, until }: TimeRequest): TimeFilter {
  const violations = Object.entries({ since, until }).flatMap(([field, time]) =>
    time === undefined || (time.nanos >= 0 && time.nanos < 1e9)
      ? []
      : [{ field, description: 'must have nanos from 0 to 999999999' }],
  );
  if (violations.length > 0) throw invalidArgument(violations);
  return { sinceMicros: toMicros(since), untilMicros: toMicros(until) };
}

/** Rounded up: `>=` and `<` on whole microseconds then mean what they mean on nanoseconds. */
function toMicros(time: Timestamp | undefined): number | undefined {
  return time === undefined ? undefined : Number(time.seconds) * 1e6 + Math.ceil(time.nanos / 1e3);
}
