const HOUR_MICROS = 3_600_000_000;
const DAY_MICROS = 24 * HOUR_MICROS;
/** No alert is later: the end of the year 9999. */
const LAST_MICROS = 253_402_300_800_000_000;

/** From `sinceMicros` on and before `untilMicros`, in microseconds since the Unix epoch. */
export interface TimeRange {
  readonly sinceMicros: number;
  readonly untilMicros: number;
}

/** A window of time in pieces: what was counted beforehand by days and by hours of UTC, and what is left of hours. */
export interface CountedWindow {
  readonly days: readonly TimeRange[];
  readonly hours: readonly TimeRange[];
  readonly rest: readonly TimeRange[];
}

/** @param since without it, and without `until`, the window is open at that end */
export function countedWindow(since = 0, until = LAST_MICROS): CountedWindow {
  const [firstHour, lastHour] = wholeWithin(since, until, HOUR_MICROS);
  if (firstHour >= lastHour) return { days: [], hours: [], rest: ranges([since, until]) };
  const rest = ranges([since, firstHour], [lastHour, until]);
  const [firstDay, lastDay] = wholeWithin(firstHour, lastHour, DAY_MICROS);
  if (firstDay >= lastDay) return { days: [], hours: ranges([firstHour, lastHour]), rest };
  return { days: ranges([firstDay, lastDay]), hours: ranges([firstHour, firstDay], [lastDay, lastHour]), rest };
}

function wholeWithin(since: number, until: number, unit: number): readonly [number, number] {
  return [Math.ceil(since / unit) * unit, Math.floor(until / unit) * unit];
}

/** Those that aren't empty. */
function ranges(...bounds: readonly (readonly [number, number])[]): TimeRange[] {
  return bounds
    .filter(([since, until]) => since < until)
    .map(([sinceMicros, untilMicros]) => ({ sinceMicros, untilMicros }));
}
