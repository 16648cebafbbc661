import { expect } from 'chai';
import { type AttackedMesh, bootAttackedMesh } from './attacked-mesh.ts';
import { ATTACKS } from './attacks/all-attacks.ts';
import { runAttack } from './run-attack.ts';

describe('a mesh under attack', () => {
  let attacked: AttackedMesh;
  before(async () => {
    attacked = await bootAttackedMesh();
  });
  after(() => attacked[Symbol.asyncDispose]());

  // On the ports of the services, which are for the mesh itself, `npm run attacks` tries them.
  for (const attack of ATTACKS.filter(({ ports }) => ports.includes('gateway'))) {
    it(`bears ${attack.name}: ${attack.what}`, async () => {
      expect((await runAttack(attack, 'gateway', attacked.mesh)).breaches).to.deep.equal([]);
    });
  }
});
