import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Mesh } from '@vigie/dev-env';
import { PROJECT_DIR } from '@vigie/dev-env/setup/project.mjs';
import { temporaryDir } from '@vigie/dev-env/testing';
import { BIG_MOOV_VIDEO } from './attacks/floods.ts';
import { withManySamples } from './payloads/big-moov.ts';

/** 14 MB of sizes. */
const MANY_SAMPLES = 3_500_000;

export interface AttackedMesh extends AsyncDisposable {
  readonly mesh: Mesh;
}

/** Boots a mesh with the limits that every mesh has, whose video server has the videos that attacks need. */
export async function bootAttackedMesh(): Promise<AttackedMesh> {
  await using stack = new AsyncDisposableStack();
  const videosRoot = stack.use(await temporaryDir()).path;
  await mkdir(path.join(videosRoot, 'videos'));
  const sample = path.join(PROJECT_DIR, 'nginx/videos/mp4-faststart.mp4');
  await writeFile(path.join(videosRoot, BIG_MOOV_VIDEO), await withManySamples(sample, MANY_SAMPLES));
  const mesh = stack.use(await Mesh.boot({ ports: 'free', videosRoot }));
  const owned = stack.move();
  return { mesh, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
