export { pickFreePorts } from './free-ports.ts';
export { type MeshPorts, portsOf } from './mesh-ports.ts';
