import type { Listener } from './mesh-ports.ts';

/** A port that a process is about to listen on. */
export interface PortClaim {
  port: number;
  owner: string;
  /** The environment variable that changes the port; absent if a free port was picked. */
  variable?: string;
}

export function claimPort({ owner, variable }: Listener, port: number): PortClaim {
  return { port, owner, variable };
}
