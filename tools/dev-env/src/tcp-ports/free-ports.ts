import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isPortFree } from './listen-once.ts';
import { reservePort } from './reserve-port.ts';

const LOWEST = 10_240;

/**
 * Ports that nobody listens on and nobody else has picked; they stay reserved until this process ends. They lie below
 * the range from which the system takes the ports of outgoing connections: a service that is killed and started again
 * must find its port as it left it.
 */
export async function pickFreePorts(count: number): Promise<number[]> {
  const highest = lowestOutgoingPort();
  const picked = new Set<number>();
  while (picked.size < count) {
    const port = randomInt(LOWEST, highest);
    if ((await isPortFree(port)) && (await reservePort(port))) picked.add(port);
  }
  return [...picked];
}

function lowestOutgoingPort(): number {
  try {
    const lowest = Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
    return lowest > LOWEST + 1000 ? lowest : 32_768;
  } catch {
    return 32_768;
  }
}
