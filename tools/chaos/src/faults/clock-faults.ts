import type { Clocked, ClockFiles } from '../clock/clock-files.ts';
import type { Fault } from './fault.ts';

/** The clock of each victim jumps while it runs, and jumps back when healed. */
export function clockFault(clocks: ClockFiles, victims: readonly Clocked[], offsetMs: number): Fault {
  const setAll = async (ms: number): Promise<void> => {
    await Promise.all(victims.map(victim => clocks.set(victim, ms)));
  };
  return { inject: () => setAll(offsetMs), heal: () => setAll(0) };
}
