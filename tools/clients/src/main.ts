/**
 * `npm run test:clients [-- NAME...]`: generates, compiles and uses clients in other languages, as docs/clients.md
 * says. With names only the checks that mention one.
 */
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
const wanted = process.argv.slice(2);
const chosen = checks.filter(({ name }) => wanted.length === 0 || wanted.some(each => name.includes(each)));
const results = await Promise.all(chosen.map(perform));
const count = (result: Result) => results.filter(each => each === result).length;
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
process.exitCode = count('failed') === 0 ? 0 : 1;
