import { expect } from 'chai';
import fc from 'fast-check';
import { countedWindow, type TimeRange } from './counted-window.ts';

const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;

describe('a window of time in counted pieces', () => {
  const range = (sinceMicros: number, untilMicros: number): TimeRange => ({ sinceMicros, untilMicros });

  it('has whole days, whole hours around them, and what is left at both ends', () => {
    expect(countedWindow(HOUR / 2, 2 * DAY + 3 * HOUR + 1)).to.deep.equal({
      days: [range(DAY, 2 * DAY)],
      hours: [range(HOUR, DAY), range(2 * DAY, 2 * DAY + 3 * HOUR)],
      rest: [range(HOUR / 2, HOUR), range(2 * DAY + 3 * HOUR, 2 * DAY + 3 * HOUR + 1)],
    });
    expect(countedWindow(HOUR, 3 * HOUR)).to.deep.equal({ days: [], hours: [range(HOUR, 3 * HOUR)], rest: [] });
    expect(countedWindow(HOUR + 1, HOUR + 9)).to.deep.equal({ days: [], hours: [], rest: [range(HOUR + 1, HOUR + 9)] });
    expect(countedWindow(9, 5)).to.deep.equal({ days: [], hours: [], rest: [] });
    expect(countedWindow().days).to.have.lengthOf(1);
  });

  it('covers each moment of the window once, and no other', () => {
    const moment = fc.oneof(
      fc.integer({ min: 0, max: 4 * DAY }),
      fc.integer({ min: 0, max: 96 }).map(hours => hours * HOUR),
    );
    fc.assert(
      fc.property(moment, moment, (since, until) => {
        const { days, hours, rest } = countedWindow(since, until);
        const pieces = [...days, ...hours, ...rest].sort((a, b) => a.sinceMicros - b.sinceMicros);
        if (since >= until) {
          expect(pieces).to.deep.equal([]);
          return;
        }
        expect([pieces[0]?.sinceMicros, pieces.at(-1)?.untilMicros]).to.deep.equal([since, until]);
        for (const [index, piece] of pieces.entries()) {
          expect(piece.sinceMicros).to.be.lessThan(piece.untilMicros);
          if (index > 0) expect(piece.sinceMicros).to.equal(pieces[index - 1]?.untilMicros);
        }
        for (const { sinceMicros, untilMicros } of days)
          expect([sinceMicros % DAY, untilMicros % DAY]).to.deep.equal([0, 0]);
        for (const { sinceMicros, untilMicros } of hours) {
          expect([sinceMicros % HOUR, untilMicros % HOUR]).to.deep.equal([0, 0]);
        }
        for (const { sinceMicros, untilMicros } of rest) expect(untilMicros - sinceMicros).to.be.lessThan(2 * HOUR);
      }),
    );
  });
});
