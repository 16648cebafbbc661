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

  for (const attack of ATTACKS) {
    for (const port of attack.ports) {
      it(`bears ${attack.name} at ${port}: ${attack.what}`, async () => {
        expect((await runAttack(attack, port, attacked.mesh)).breaches).to.deep.equal([]);
      });
    }
  }
});
