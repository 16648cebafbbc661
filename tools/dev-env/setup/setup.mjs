/**
 * Makes a machine ready to run, test and check Vigie. Plain JavaScript with no dependency: it runs on the machine's
 * own Node, before there is a node_modules.
 *
 *   node tools/dev-env/setup/setup.mjs             everything that Vigie runs on
 *   node tools/dev-env/setup/setup.mjs npm protos  only these steps; some run only so
 */
import { createMachineDirs } from './project.mjs';
import { SetupError } from './setup-error.mjs';
import { runSteps } from './step-list.mjs';
import { checkTools } from './steps/check-tools.mjs';
import { debianPackages } from './steps/debian-packages.mjs';
import { nativeAddon } from './steps/native-addon.mjs';
import { natsServer } from './steps/nats-server.mjs';
import { nginx } from './steps/nginx.mjs';
import { npmPackages } from './steps/npm-packages.mjs';
import { protoCode } from './steps/proto-code.mjs';
import { sampleVideos } from './steps/sample-videos.mjs';
import { testTools } from './steps/test-tools.mjs';
import { toolchain } from './steps/toolchain.mjs';

const STEPS = [toolchain, debianPackages, npmPackages, protoCode, nativeAddon, natsServer, nginx, sampleVideos];
/** Large or rarely needed: run only when they are named. */
const STEPS_ON_REQUEST = [testTools, checkTools];

try {
  createMachineDirs();
  await runSteps(chooseSteps(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`\n${error.message}\n`);
  process.exit(1);
}

/** @param {string[]} names */
function chooseSteps(names) {
  if (names.length === 0) return STEPS;
  const all = [...STEPS, ...STEPS_ON_REQUEST];
  const unknown = names.find(name => !all.some(step => step.name === name));
  if (unknown !== undefined) {
    throw new SetupError(`No setup step is named "${unknown}". Choose from: ${all.map(step => step.name).join(', ')}.`);
  }
  return all.filter(step => names.includes(step.name));
}
