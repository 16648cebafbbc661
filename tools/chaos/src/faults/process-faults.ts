import type { SupervisedProcess } from '@vigie/dev-env/processes';
import type { Reviver } from '../reviver.ts';
import type { Fault } from './fault.ts';

/** kill -9. */
export function killFault(victims: readonly SupervisedProcess[], reviver: Reviver): Fault {
  return {
    async inject() {
      for (const victim of victims) victim.kill('SIGKILL');
      await Promise.all(victims.map(victim => victim.waitUntilExited()));
    },
    heal: () => reviveAll(victims, reviver),
  };
}

/** SIGSTOP: connections stay open, and get no answer. */
export function freezeFault(victims: readonly SupervisedProcess[], reviver: Reviver): Fault {
  return {
    async inject() {
      for (const victim of victims) victim.kill('SIGSTOP');
    },
    async heal() {
      for (const victim of victims) victim.kill('SIGCONT');
      await reviveAll(victims, reviver);
    },
  };
}

/** A rolling restart by SIGTERM, one replica after the other, as a release does it. */
export function rollFault(victims: readonly SupervisedProcess[], reviver: Reviver): Fault {
  return {
    async inject() {
      for (const victim of victims) {
        await victim.stop();
        await reviver.revive(victim);
      }
    },
    heal: () => reviveAll(victims, reviver),
  };
}

async function reviveAll(victims: readonly SupervisedProcess[], reviver: Reviver): Promise<void> {
  await Promise.all(victims.map(victim => reviver.revive(victim)));
}
