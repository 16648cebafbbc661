import { expect } from 'chai';
import fc from 'fast-check';
import { type CountedRange, countedWindow, type Span, type TimeRange } from './counted-window.ts';

const HOUR = 3_600_000_000;
const MICROS = { HOUR, QUARTER: 6 * HOUR, DAY: 24 * HOUR, WEEK: 168 * HOUR };
const { DAY, WEEK } = MICROS;

describe('a window of time in counted pieces', () => {
  const range = (span: Span | undefined, sinceMicros: number, untilMicros: number | undefined): CountedRange => ({
    ...{ span, sinceMicros, untilMicros, isTakenOff: false },
  });
  const without = (...piece: Parameters<typeof range>) => ({ ...range(...piece), isTakenOff: true });

  it('has the largest spans that fit, smaller ones around them, and what is left of hours at both ends', () => {
    const since = WEEK - DAY - 7 * HOUR;
    expect(countedWindow(since - 5, 2 * WEEK + 1)).to.deep.equal({
      pieces: [
        range(undefined, since - 5, since),
        range('HOUR', since, since + HOUR),
        range('QUARTER', since + HOUR, WEEK - DAY),
        range('DAY', WEEK - DAY, WEEK),
        range('WEEK', WEEK, 2 * WEEK),
        range(undefined, 2 * WEEK, 2 * WEEK + 1),
      ],
      hours: { sinceMicros: since, untilMicros: 2 * WEEK },
    });
    expect(countedWindow(HOUR, 3 * HOUR).pieces).to.deep.equal([range('HOUR', HOUR, 3 * HOUR)]);
    expect(countedWindow(HOUR + 1, HOUR + 9)).to.deep.equal({
      pieces: [range(undefined, HOUR + 1, HOUR + 9)],
      hours: undefined,
    });
    expect(countedWindow(9, 5)).to.deep.equal({ pieces: [], hours: undefined });
  });

  it('has larger spans of which smaller ones are taken off, where these are fewer', () => {
    expect(countedWindow(DAY, 2 * WEEK - HOUR - 5)).to.deep.equal({
      pieces: [
        without('DAY', 0, DAY),
        range('WEEK', 0, 2 * WEEK),
        without(undefined, 2 * WEEK - HOUR - 5, 2 * WEEK - HOUR),
        without('HOUR', 2 * WEEK - HOUR, 2 * WEEK),
      ],
      hours: { sinceMicros: DAY, untilMicros: 2 * WEEK - HOUR },
    });
    expect(countedWindow(1, DAY - 1)).to.deep.equal({
      pieces: [without(undefined, 0, 1), range('DAY', 0, DAY), without(undefined, DAY - 1, DAY)],
      hours: { sinceMicros: 0, untilMicros: DAY },
    });
  });

  it('is open where no time is given', () => {
    expect(countedWindow()).to.deep.equal({
      pieces: [range('WEEK', 0, undefined)],
      hours: { sinceMicros: 0, untilMicros: undefined },
    });
    expect(countedWindow(HOUR).pieces).to.deep.equal([without('HOUR', 0, HOUR), range('WEEK', 0, undefined)]);
  });

  it('covers each moment of the window once, and no other, by few pieces', () => {
    const moment = fc.oneof(
      fc.integer({ min: 0, max: 3 * WEEK }),
      fc.integer({ min: 0, max: 21 * 24 }).map(hours => hours * HOUR),
      fc.integer({ min: 0, max: 21 }).map(days => days * DAY),
    );
    fc.assert(
      fc.property(moment, fc.option(moment, { nil: undefined }), (since, until) => {
        const { pieces, hours } = countedWindow(since, until);
        const ends = pieces.flatMap(({ sinceMicros, untilMicros = 5 * WEEK }) => [sinceMicros, untilMicros]);
        const moments = [...ends, since, until ?? 5 * WEEK].flatMap(end => [end - 1, end]);
        for (const at of moments.filter(at => at >= 0)) {
          expect(coverage(pieces, at)).to.equal(at >= since && at < (until ?? Number.POSITIVE_INFINITY) ? 1 : 0);
          const whole = pieces.filter(({ span }) => span !== undefined);
          expect(coverage(whole, at)).to.equal(hours !== undefined && isWithin(hours, at) ? 1 : 0);
        }
        expect(pieces.length).to.be.at.most(9);
        for (const { span, sinceMicros, untilMicros } of pieces) {
          const unit = span && MICROS[span];
          if (untilMicros !== undefined) expect(sinceMicros).to.be.lessThan(untilMicros);
          if (unit === undefined) expect((untilMicros ?? Number.NaN) - sinceMicros).to.be.at.most(HOUR);
          else expect([sinceMicros % unit, (untilMicros ?? 0) % unit]).to.deep.equal([0, 0]);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

/** How often the pieces have a moment. */
function coverage(pieces: readonly CountedRange[], micros: number): number {
  return pieces
    .filter(piece => isWithin(piece, micros))
    .reduce((sum, { isTakenOff }) => sum + (isTakenOff ? -1 : 1), 0);
}

function isWithin({ sinceMicros, untilMicros }: TimeRange, micros: number): boolean {
  return micros >= sinceMicros && micros < (untilMicros ?? Number.POSITIVE_INFINITY);
}
