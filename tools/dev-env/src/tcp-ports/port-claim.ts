import { MESH_PORTS, type PortName } from './mesh-ports.ts';

/** A port that a process is about to listen on. */
export interface PortClaim {
  port: number;
  owner: string;
  /** The environment variable that moves it; absent where the port was picked for the occasion. */
  variable?: string;
}

export function claimPort(name: PortName, port: number): PortClaim {
  const { owner, variable } = MESH_PORTS[name];
  return { port, owner, variable };
}
