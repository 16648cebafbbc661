import type { Listener } from './mesh-ports.ts';

/** A port that a process is about to listen on. */
export interface PortClaim {
  port: number;
  owner: string;
  /** The environment variable that moves it; absent if the port was picked for the occasion. */
  variable?: string;
}

export function claimPort({ owner, variable }: Listener, port: number): PortClaim {
  return { port, owner, variable };
}
