import { expect } from 'chai';
import fc from 'fast-check';
import { type CountedRange, countedWindow, type Span } from './counted-window.ts';

const HOUR = 3_600_000_000;
const MICROS = { HOUR, QUARTER: 6 * HOUR, DAY: 24 * HOUR, WEEK: 168 * HOUR };
const { DAY, WEEK } = MICROS;

describe('a window of time in counted pieces', () => {
  const range = (span: Span | undefined, sinceMicros: number, untilMicros: number): CountedRange => ({
    ...{ span, sinceMicros, untilMicros },
  });

  it('has the largest spans that fit, smaller ones around them, and what is left of hours at both ends', () => {
    const since = WEEK - DAY - 7 * HOUR;
    expect(countedWindow(since - 5, 2 * WEEK + 1)).to.deep.equal([
      range(undefined, since - 5, since),
      range('HOUR', since, since + HOUR),
      range('QUARTER', since + HOUR, WEEK - DAY),
      range('DAY', WEEK - DAY, WEEK),
      range('WEEK', WEEK, 2 * WEEK),
      range(undefined, 2 * WEEK, 2 * WEEK + 1),
    ]);
    expect(countedWindow(HOUR, 3 * HOUR)).to.deep.equal([range('HOUR', HOUR, 3 * HOUR)]);
    expect(countedWindow(HOUR + 1, HOUR + 9)).to.deep.equal([range(undefined, HOUR + 1, HOUR + 9)]);
    expect(countedWindow(9, 5)).to.deep.equal([]);
    expect(countedWindow()[0]).to.include({ span: 'WEEK', sinceMicros: 0 });
  });

  it('covers each moment of the window once, and no other, by few pieces', () => {
    const moment = fc.oneof(
      fc.integer({ min: 0, max: 3 * WEEK }),
      fc.integer({ min: 0, max: 21 * 24 }).map(hours => hours * HOUR),
      fc.integer({ min: 0, max: 21 }).map(days => days * DAY),
    );
    fc.assert(
      fc.property(moment, moment, (since, until) => {
        const pieces = countedWindow(since, until);
        if (since >= until) {
          expect(pieces).to.deep.equal([]);
          return;
        }
        expect([pieces[0]?.sinceMicros, pieces.at(-1)?.untilMicros]).to.deep.equal([since, until]);
        expect(pieces.length).to.be.at.most(9);
        for (const [index, { span, sinceMicros, untilMicros }] of pieces.entries()) {
          expect(sinceMicros).to.be.lessThan(untilMicros);
          if (index > 0) expect(sinceMicros).to.equal(pieces[index - 1]?.untilMicros);
          const unit = span && MICROS[span];
          if (unit === undefined) expect(untilMicros - sinceMicros).to.be.lessThan(2 * HOUR);
          else expect([sinceMicros % unit, untilMicros % unit]).to.deep.equal([0, 0]);
        }
      }),
    );
  });
});
