/**
 * `npm run declare`: writes what the services declare into the files that Docker and people read. `--check` only looks.
 */
import { PROJECT_DIR } from '../../setup/project.mjs';
import { SERVICES } from '../services/declared-services.ts';
import { findOutdated, writeDeclaredFiles } from './declared-files.ts';

if (process.argv.includes('--check')) {
  const outdated = await findOutdated(PROJECT_DIR, SERVICES);
  for (const { file } of outdated)
    console.error(`${file} is not what the services and the protos declare. Run: npm run declare`);
  process.exitCode = outdated.length === 0 ? 0 : 1;
} else {
  const written = await writeDeclaredFiles(PROJECT_DIR, SERVICES);
  console.log(written.length === 0 ? 'All files are up to date.' : `Written: ${written.join(', ')}`);
}
