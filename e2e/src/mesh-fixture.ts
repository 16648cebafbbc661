import { Mesh } from '@vigie/dev-env';
import type { MeshOptions } from '@vigie/dev-env/mesh-options.ts';

/** Boots a mesh on free ports before the tests of a `describe` and ends it behind them. */
export function useMesh(options: MeshOptions = {}): () => Mesh {
  let mesh: Mesh | undefined;
  before(async function () {
    this.timeout(60_000);
    mesh = await Mesh.boot({ ports: 'free', ...options });
  });
  after(async function () {
    this.timeout(20_000);
    await mesh?.stop();
  });
  return () => mesh as Mesh;
}
