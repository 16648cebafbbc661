import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { requireNanos } from '@vigie/service-kit/validation';

interface TimeRequest {
  readonly since?: Timestamp | undefined;
  readonly until?: Timestamp | undefined;
}

interface TimeFilter {
  readonly sinceMicros: number | undefined;
  readonly untilMicros: number | undefined;
}

interface ReceivedRequest {
  readonly receivedSince?: Timestamp | undefined;
  readonly receivedUntil?: Timestamp | undefined;
}

interface ReceivedFilter {
  readonly receivedSinceMicros: number | undefined;
  readonly receivedUntilMicros: number | undefined;
}

/** @throws ConnectError INVALID_ARGUMENT for nanos out of bounds */
export function readTimeFilter({ since, until }: TimeRequest): TimeFilter {
  requireNanos({ since, until });
  return { sinceMicros: toMicros(since), untilMicros: toMicros(until) };
}

/** @throws ConnectError INVALID_ARGUMENT as above */
export function readReceivedFilter({ receivedSince, receivedUntil }: ReceivedRequest): ReceivedFilter {
  requireNanos({ received_since: receivedSince, received_until: receivedUntil });
  return { receivedSinceMicros: toMicros(receivedSince), receivedUntilMicros: toMicros(receivedUntil) };
}

/** Rounded up: `>=` and `<` on whole microseconds then mean what they mean on nanoseconds. */
function toMicros(time: Timestamp | undefined): number | undefined {
  return time === undefined ? undefined : Number(time.seconds) * 1e6 + Math.ceil(time.nanos / 1e3);
}
