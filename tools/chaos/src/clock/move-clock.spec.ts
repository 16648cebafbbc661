import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { pino } from 'pino';
import { moveClock } from './move-clock.ts';

const HOUR_MS = 3_600_000;

describe('moveClock', () => {
  afterEach(() => moveClock(0));

  it('moves what every way of asking for now says, ahead and back', () => {
    for (const offsetMs of [3 * HOUR_MS, -2 * HOUR_MS, 0]) {
      const machine = performance.timeOrigin + performance.now();
      moveClock(offsetMs);
      const moved = machine + offsetMs;
      const asked = new Date();
      for (const said of [Date.now(), asked.getTime(), Date.parse(Date())]) {
        expect(said).to.within(moved - 60_000, moved + 60_000);
      }
    }
  });

  it('leaves timers and performance.now as they are', async () => {
    const before = performance.now();
    moveClock(-4 * HOUR_MS);
    await new Promise(resolve => setTimeout(resolve, 1));
    expect(performance.now()).to.within(before, before + 60_000);
  });

  it('leaves dates that are given as they are', () => {
    moveClock(HOUR_MS);
    expect(new Date(0).toISOString()).to.equal('1970-01-01T00:00:00.000Z');
    expect(new Date('2026-11-20T12:00:00Z').getTime()).to.equal(Date.UTC(2026, 10, 20, 12));
    expect(new Date(2026, 10, 20).getDate()).to.equal(20);
    expect(Date.parse('1970-01-01T00:00:01Z')).to.equal(1_000);
    expect(new Date(Number.NaN).getTime()).to.NaN;
  });

  it('keeps dates what they are to those that made or get one', () => {
    const before = new Date(1);
    moveClock(HOUR_MS);
    const after = new Date();
    for (const date of [before, after, structuredClone(after), new (after.constructor as DateConstructor)()]) {
      expect(date).to.instanceof(Date);
      expect(date.constructor).to.equal(Date);
      expect(Object.prototype.toString.call(date)).to.equal('[object Date]');
    }
    class Moment extends Date {}
    expect(new Moment()).to.instanceof(Moment).and.instanceof(Date);
    expect(new Moment().getTime()).to.within(after.getTime(), after.getTime() + 60_000);
  });

  it('moves the times that logs and protobuf messages carry', () => {
    moveClock(2 * HOUR_MS);
    const now = Date.now();
    const lines: { time: number }[] = [];
    pino({}, { write: line => void lines.push(JSON.parse(line)) }).info({ at: new Date() }, 'now');
    expect(lines[0]?.time).to.within(now, now + 60_000);
    expect(Number(timestampFromDate(new Date()).seconds)).to.within(now / 1_000 - 1, now / 1_000 + 60);
  });
});
