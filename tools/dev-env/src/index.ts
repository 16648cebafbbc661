export { Mesh } from './mesh.ts';
export type { MeshOptions } from './mesh-options.ts';
