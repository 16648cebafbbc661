import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { temporaryDir } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { ClockFiles, MOVABLE_CLOCK } from '../clock/clock-files.ts';
import { clockFault } from './clock-faults.ts';

const HOUR_MS = 3_600_000;
const FIRST = { service: 'probe-svc', replica: 1 } as const;
const SECOND = { service: 'probe-svc', replica: 2 } as const;

describe('clockFault', () => {
  it('moves the clock of a running process, and back when healed', async () => {
    await using dir = await temporaryDir();
    const clocks = await ClockFiles.open(dir.path);
    await using clock = startClock(clocks.environment('probe-svc', 1));
    const fault = clockFault(clocks, [FIRST], -3 * HOUR_MS);
    await clock.waitForOffset(0);
    await fault.inject();
    await clock.waitForOffset(-3 * HOUR_MS);
    await fault.heal();
    await clock.waitForOffset(0);
  });

  it('moves the clock of a process that is started meanwhile, and of no other', async () => {
    await using dir = await temporaryDir();
    const clocks = await ClockFiles.open(dir.path);
    await clockFault(clocks, [SECOND], HOUR_MS).inject();
    await using other = startClock(clocks.environment('probe-svc', 1));
    await using hit = startClock(clocks.environment('probe-svc', 2));
    expect(Math.round((await hit.firstOffset()) / HOUR_MS)).to.equal(1);
    expect(Math.round((await other.firstOffset()) / HOUR_MS)).to.equal(0);
  });

  it('leaves a process alone that has no file', async () => {
    await using clock = startClock({});
    expect(Math.round((await clock.firstOffset()) / HOUR_MS)).to.equal(0);
  });
});

/** Says on stdout, again and again, how far `Date` is from the machine's clock, which performance.now goes by. */
const SPEAKER = `
  const originMs = performance.timeOrigin;
  setInterval(() => console.log(Date.now() - originMs - performance.now()), 50);
`;

function startClock(env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ['--import', MOVABLE_CLOCK, '--eval', SPEAKER], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextOffset = async (): Promise<number> => Number((await lines.next()).value);
  return {
    firstOffset: nextOffset,
    async waitForOffset(offsetMs: number): Promise<void> {
      while (Math.abs((await nextOffset()) - offsetMs) > 60_000);
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
