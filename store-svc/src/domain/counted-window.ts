/** The spans of time by which alerts are counted beforehand, each a multiple of the next. */
export const SPANS = ['WEEK', 'DAY', 'QUARTER', 'HOUR'] as const;
export type Span = (typeof SPANS)[number];

const HOUR_MICROS = 3_600_000_000;
/** All begin at the Unix epoch; weeks so begin on Thursdays. */
const SPAN_MICROS: Readonly<Record<Span, number>> = {
  WEEK: 7 * 24 * HOUR_MICROS,
  DAY: 24 * HOUR_MICROS,
  /** Of a day. */
  QUARTER: 6 * HOUR_MICROS,
  HOUR: HOUR_MICROS,
};
/** No alert is later: the end of the year 9999. */
const LAST_MICROS = 253_402_300_800_000_000;

/** A piece of a window of time. */
export interface CountedRange {
  /** It consists of whole ones of these; undefined where it is a part of an hour. */
  readonly span: Span | undefined;
  /** In microseconds since the Unix epoch, inclusive. */
  readonly sinceMicros: number;
  /** Exclusive. */
  readonly untilMicros: number;
}

/**
 * Cuts a window of time into pieces of the largest spans that fit, in the order of time.
 *
 * @param since without it, and without `until`, the window is open at that end
 */
export function countedWindow(since = 0, until = LAST_MICROS): readonly CountedRange[] {
  return cut(since, until, SPANS);
}

function cut(sinceMicros: number, untilMicros: number, spans: readonly Span[]): readonly CountedRange[] {
  if (sinceMicros >= untilMicros) return [];
  const [span, ...finer] = spans;
  if (span === undefined) return [{ span, sinceMicros, untilMicros }];
  const unit = SPAN_MICROS[span];
  const first = Math.ceil(sinceMicros / unit) * unit;
  const last = Math.floor(untilMicros / unit) * unit;
  if (first >= last) return cut(sinceMicros, untilMicros, finer);
  const whole = { span, sinceMicros: first, untilMicros: last };
  return [...cut(sinceMicros, first, finer), whole, ...cut(last, untilMicros, finer)];
}
