import type { TcpFault } from '@vigie/dev-env/faults';
import type { LinkName, Links } from '../links.ts';
import type { Fault } from './fault.ts';
import type { LinkFaultName } from './fault-kinds.ts';

/** Each way: enough to be noticed by whoever waits for many answers in turn. */
const DELAY_MS = 150;

const TCP_FAULTS: Record<LinkFaultName, TcpFault> = {
  delay: { kind: 'delay', delayMs: DELAY_MS },
  cut: { kind: 'cut' },
  'half-open': { kind: 'half-open' },
};

export function linkFault(links: Links, name: LinkName, fault: LinkFaultName): Fault {
  return {
    inject: async () => links.break(name, TCP_FAULTS[fault]),
    heal: async () => links.break(name, { kind: 'none' }),
  };
}
