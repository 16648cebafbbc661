export { pickFreePorts } from './free-ports.ts';
export type { MeshPorts } from './mesh-ports.ts';
