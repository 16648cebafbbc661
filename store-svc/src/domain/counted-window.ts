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
/** An hour has more rows than a span of any length has sums: one for each kind of alert. */
const COST_OF_AN_HOUR_OF_ROWS = 4;

/** In microseconds since the Unix epoch. */
export interface TimeRange {
  /** Inclusive. */
  readonly sinceMicros: number;
  /** Exclusive; open if undefined. */
  readonly untilMicros: number | undefined;
}

/** A piece of a window of time. */
export interface CountedRange extends TimeRange {
  /** It consists of whole ones of these; undefined where it is a part of an hour. */
  readonly span: Span | undefined;
  /** Other pieces have more than the window, which this one takes off. */
  readonly isTakenOff: boolean;
}

export interface CountedWindow {
  readonly pieces: readonly CountedRange[];
  /** What those of whole hours make together; undefined if there are none. */
  readonly hours: TimeRange | undefined;
}

/**
 * Cuts a window of time into as few spans as possible: six days are a week without a day.
 *
 * @param since in microseconds since the Unix epoch
 * @param until without it the window is open at its end
 */
export function countedWindow(since = 0, until?: number): CountedWindow {
  const { pieces } = cut(since, until, SPANS);
  const hours = {
    sinceMicros: boundary(pieces, 'sinceMicros', 'untilMicros', since) ?? since,
    untilMicros: boundary(pieces, 'untilMicros', 'sinceMicros', until) ?? until,
  };
  return { pieces, hours: pieces.some(({ span }) => span !== undefined) ? hours : undefined };
}

/** Where the whole hours begin or end, if a part of an hour is added to them there or taken off. */
function boundary(
  pieces: readonly CountedRange[],
  near: keyof TimeRange,
  far: keyof TimeRange,
  end: number | undefined,
): number | undefined {
  const parts = pieces.filter(({ span }) => span === undefined);
  const part = parts.find(piece => piece[piece.isTakenOff ? far : near] === end);
  return part?.[part.isTakenOff ? near : far];
}

interface Cut {
  readonly pieces: readonly CountedRange[];
  /** Of how many sums it takes. */
  readonly cost: number;
}

const NOTHING: Cut = { pieces: [], cost: 0 };

function cut(sinceMicros: number, untilMicros: number | undefined, [span, ...finer]: readonly Span[]): Cut {
  if (untilMicros !== undefined && sinceMicros >= untilMicros) return NOTHING;
  if (span === undefined) {
    const hours = ((untilMicros as number) - sinceMicros) / HOUR_MICROS;
    return { pieces: [{ span, sinceMicros, untilMicros, isTakenOff: false }], cost: hours * COST_OF_AN_HOUR_OF_ROWS };
  }
  const unit = SPAN_MICROS[span];
  const begin = around(sinceMicros, unit);
  const end = untilMicros === undefined ? undefined : around(untilMicros, unit);
  const begins = [
    { at: begin.after, rest: cut(sinceMicros, begin.after, finer) },
    { at: begin.before, rest: takenOff(cut(begin.before, sinceMicros, finer)) },
  ];
  const ends =
    end === undefined
      ? [{ at: undefined, rest: NOTHING }]
      : [
          { at: end.before, rest: cut(end.before, untilMicros, finer) },
          { at: end.after, rest: takenOff(cut(untilMicros as number, end.after, finer)) },
        ];
  const ways = begins.flatMap(first =>
    ends.flatMap(last => {
      if (last.at !== undefined && first.at >= last.at) return [];
      const whole = { span, sinceMicros: first.at, untilMicros: last.at, isTakenOff: false };
      const cost = last.at === undefined ? 0 : (last.at - first.at) / unit;
      return [join(first.rest, { pieces: [whole], cost }, last.rest)];
    }),
  );
  if (end !== undefined && begin.after >= end.before) ways.push(cut(sinceMicros, untilMicros, finer));
  return ways.reduce((best, way) => (way.cost < best.cost ? way : best));
}

/** The multiples of `unit` next to a moment, both itself if it is one. */
function around(micros: number, unit: number): { readonly before: number; readonly after: number } {
  return { before: Math.floor(micros / unit) * unit, after: Math.ceil(micros / unit) * unit };
}

function takenOff({ pieces, cost }: Cut): Cut {
  return { pieces: pieces.map(piece => ({ ...piece, isTakenOff: !piece.isTakenOff })), cost };
}

function join(...cuts: readonly Cut[]): Cut {
  return { pieces: cuts.flatMap(({ pieces }) => pieces), cost: cuts.reduce((sum, { cost }) => sum + cost, 0) };
}
