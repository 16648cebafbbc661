import { poll } from '@vigie/service-kit/async';
import { DevEnvError } from '../dev-env-error.ts';
import { isPortFree } from './listen-once.ts';
import type { PortClaim } from './port-claim.ts';
import { findPortHolder } from './port-holder.ts';

const POLL_MS = 25;

const WAY_OUT =
  'If another mesh has it, use that one, or end it with Ctrl-C in its terminal; otherwise give this mesh another port.';

/** @throws DevEnvError naming every port in use, which part needs it, which process has it and how to change it */
export async function ensurePortsFree(claims: readonly PortClaim[], patienceMs = 0): Promise<void> {
  let taken: PortClaim[] = [];
  const areFree = await poll(
    async () => {
      taken = await findTaken(claims);
      return taken.length === 0 ? true : undefined;
    },
    { intervalMs: POLL_MS, timeoutMs: patienceMs },
  );
  if (!areFree) throw new DevEnvError([...taken.map(describeTaken), WAY_OUT].join('\n'));
}

async function findTaken(claims: readonly PortClaim[]): Promise<PortClaim[]> {
  const checked = await Promise.all(claims.map(async claim => ({ claim, free: await isPortFree(claim.port) })));
  return checked.filter(({ free }) => !free).map(({ claim }) => claim);
}

function describeTaken({ port, owner, variable }: PortClaim): string {
  const holder = findPortHolder(port);
  const heldBy = holder === undefined ? '' : ` (by ${holder})`;
  const other = variable === undefined ? '.' : `: another is chosen with ${variable}.`;
  return `Port ${port}, which ${owner} needs, is taken${heldBy}${other}`;
}
