import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { invalidArgument } from '@vigie/service-kit/grpc';

/** `google.protobuf.Timestamp` ends with the year 9999. */
const SECONDS_END = 253_402_300_800n;

/** @throws ConnectError INVALID_ARGUMENT naming every field that has a fault */
export function requireSound(faults: readonly (readonly [field: string, description: string | undefined])[]): void {
  const violations = faults.flatMap(([field, description]) =>
    description === undefined ? [] : [{ field, description }],
  );
  if (violations.length > 0) throw invalidArgument(violations);
}

/** @throws ConnectError INVALID_ARGUMENT if no filter is set */
export function requireFilter(filter: object, fields: readonly string[]): void {
  if (Object.values(filter).some(value => value !== undefined)) return;
  const description = `at least one of ${fields.join(', ')} is required: this changes everything that they match`;
  throw invalidArgument([{ field: fields[0] as string, description }]);
}

export function findTimeFault(time: Timestamp | undefined): string | undefined {
  if (time === undefined) return undefined;
  const fits = time.seconds >= 0n && time.seconds < SECONDS_END && time.nanos >= 0 && time.nanos < 1e9;
  return fits ? undefined : 'must be a moment from 1970 to 9999';
}

/** Rounded up: `>=` and `<` on whole microseconds then mean what they mean on nanoseconds. */
export function toMicros(time: Timestamp | undefined): number | undefined {
  return time === undefined ? undefined : Number(time.seconds) * 1e6 + Math.ceil(time.nanos / 1e3);
}
