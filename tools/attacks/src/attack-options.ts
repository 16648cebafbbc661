import { parseArgs } from 'node:util';
import { type Attack, PORTS, type Port } from './attack.ts';
import { ATTACKS } from './attacks/all-attacks.ts';

export interface AttackOptions {
  readonly attacks: readonly Attack[];
  readonly ports: readonly Port[];
}

export const USAGE = `Usage: npm run attacks -- [--only NAME,...] [--port NAME,...]

Boots a mesh and tries what a stranger may try, without credentials, on each port. Exits 0 if each attack ended as a clear
refusal, memory stayed flat and the mesh served others all the while, else 1.

  --only NAME,...   only these attacks
  --port NAME,...   only on these ports: ${PORTS.join(', ')}

Attacks:
${ATTACKS.map(({ name, what }) => `  ${name.padEnd(18)} ${what}`).join('\n')}`;

/** @returns undefined where the arguments are none of the command's */
export function parseAttackOptions(args: readonly string[]): AttackOptions | undefined {
  try {
    const { values } = parseArgs({ args: [...args], options: { only: { type: 'string' }, port: { type: 'string' } } });
    return {
      attacks: pick(ATTACKS, values.only, ({ name }) => name),
      ports: pick(PORTS, values.port, name => name),
    };
  } catch {
    return undefined;
  }
}

function pick<Item>(all: readonly Item[], names: string | undefined, nameOf: (item: Item) => string): readonly Item[] {
  if (names === undefined) return all;
  return names.split(',').map(name => {
    const found = all.find(item => nameOf(item) === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  });
}
