import { type Timestamp, timestampFromDate } from '@bufbuild/protobuf/wkt';

/** Never later than what was said, nor beyond the year 9999, as `timestampDate` may be, which rounds up. */
export function floorDate({ seconds, nanos }: Timestamp): Date {
  return new Date(Number(seconds) * 1e3 + Math.floor(nanos / 1e6));
}

/** `>=` and `<` on whole milliseconds then mean what they mean on nanoseconds. */
export function ceilMs({ seconds, nanos }: Timestamp): number {
  return Number(seconds) * 1e3 + Math.ceil(nanos / 1e6);
}

/** Those that are known, as a message has them. */
export function unlessUndefined(
  times: Readonly<Record<string, Date | undefined>>,
): Readonly<Record<string, Timestamp>> {
  return Object.fromEntries(
    Object.entries(times).flatMap(([name, time]) => (time === undefined ? [] : [[name, timestampFromDate(time)]])),
  );
}
