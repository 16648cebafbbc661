import type { TcpFault } from '@vigie/dev-env/faults';
import type { LinkName, Links } from '../links.ts';
import type { Fault } from './fault.ts';
import type { LinkFaultName } from './fault-kinds.ts';

/** In each direction. Long enough to slow down a client that waits for many answers one after the other. */
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
