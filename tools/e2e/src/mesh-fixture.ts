import type { MeshOptions } from '@vigie/dev-env';
import { Mesh } from '@vigie/dev-env';
import type { ServiceProcess } from '@vigie/dev-env/services';
import { expect } from 'chai';

/**
 * Boots a mesh on free ports before the tests of a `describe` and ends it after them. Its gateway stops at once, unless
 * `LAME_DUCK_MS` is given. @param options a function where a `before` makes them
 */
export function useMesh(options: MeshOptions | (() => MeshOptions) = {}): () => Mesh {
  let mesh: Mesh | undefined;
  before(async () => {
    const given = typeof options === 'function' ? options() : options;
    mesh = await Mesh.boot({ ports: 'free', ...given, env: { LAME_DUCK_MS: '0', ...given.env } });
  });
  after('end the mesh, in which no service met a right that it lacks', async () => {
    const violations = mesh?.services.flatMap(permissionViolations) ?? [];
    await mesh?.stop();
    expect(violations).to.deep.equal([]);
  });
  return () => mesh as Mesh;
}

function permissionViolations({ name, log }: ServiceProcess): string[] {
  const subjects = log.records().filter(({ msg }) => /lacks a permission/.test(String(msg)));
  return subjects.map(({ operation, subject }) => `${name}: ${operation} ${subject}`);
}
