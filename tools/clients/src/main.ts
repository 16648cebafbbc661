/** `npm run test:clients`: generates, compiles and uses clients in other languages, as docs/clients.md says. */
import { temporaryDir } from '@vigie/dev-env/testing';
import { type Check, checks, installTools } from './checks.ts';

type Result = 'passed' | 'failed' | 'skipped';

async function perform({ name, missing, run }: Check): Promise<Result> {
  if (missing !== undefined) {
    console.log(`skipped: ${name}: ${missing}`);
    return 'skipped';
  }
  const begun = performance.now();
  await using dir = await temporaryDir();
  try {
    await run(dir.path);
  } catch (error) {
    console.log(`failed: ${name}\n${(error as Error).message}`);
    return 'failed';
  }
  console.log(`passed: ${name} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
  return 'passed';
}

console.log('installing the tools of other languages in .vigie/clients, unless they are there ...');
await installTools();
const results = await Promise.all(checks.map(perform));
const count = (result: Result) => results.filter(each => each === result).length;
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
process.exitCode = count('failed') === 0 ? 0 : 1;
