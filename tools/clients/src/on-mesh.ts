import { Mesh } from '@vigie/dev-env';
import { Slots } from '@vigie/service-kit/async';

/** Checks run side by side, but their meshes would slow one another down. */
const meshes = new Slots(1);

/** Boots a mesh of its own for a check, once no other is up. */
export async function onMesh(check: (mesh: Mesh) => Promise<void>): Promise<void> {
  using _slot = await meshes.take();
  await using mesh = await Mesh.boot({ ports: 'free' });
  await check(mesh);
}
