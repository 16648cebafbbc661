/** `npm run attacks`: what a stranger may try against a mesh. Exits 0 if it holds, 1 if not. */
import { parseAttackOptions, USAGE } from './attack-options.ts';
import { bootAttackedMesh } from './attacked-mesh.ts';
import { formatReport } from './report.ts';
import { runAttack } from './run-attack.ts';

const options = parseAttackOptions(process.argv.slice(2));
if (options === undefined) {
  console.error(USAGE);
  process.exit(2);
}
await using attacked = await bootAttackedMesh();
let breaches = 0;
for (const attack of options.attacks) {
  for (const port of attack.ports.filter(name => options.ports.includes(name))) {
    const report = await runAttack(attack, port, attacked.mesh);
    console.log(formatReport(report));
    breaches += report.breaches.length;
  }
}
process.exitCode = breaches === 0 ? 0 : 1;
