import { expect } from 'chai';
import type { Port } from './attack.ts';
import { type AttackedMesh, bootAttackedMesh } from './attacked-mesh.ts';
import { ATTACKS } from './attacks/all-attacks.ts';
import { runAttack } from './run-attack.ts';

/** The gateway's and, as all services have the same server, the port of one of them in turn. */
function portsToTry(ports: readonly Port[], turn: number): readonly Port[] {
  const services = ports.filter(port => port !== 'gateway');
  const service = services[turn % services.length];
  return ports.filter(port => port === 'gateway' || port === service);
}

describe('a mesh under attack', () => {
  let attacked: AttackedMesh;
  before(async () => {
    attacked = await bootAttackedMesh();
  });
  after(() => attacked[Symbol.asyncDispose]());

  for (const [index, attack] of ATTACKS.entries()) {
    for (const port of portsToTry(attack.ports, index)) {
      it(`bears ${attack.name} at ${port}: ${attack.what}`, async () => {
        expect((await runAttack(attack, port, attacked.mesh)).breaches).to.deep.equal([]);
      });
    }
  }
});
