import { existsSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR } from '../../setup/project.mjs';
import { runLogged } from '../../setup/run-logged.mjs';
import type { Mesh } from '../mesh.ts';
import type { ServiceProcess } from '../services/service-process.ts';
import { PackageUsers } from './package-users.ts';
import { watchSources } from './source-changes.ts';

/** Made from sources of another language: the folder, the files, and the step of set-up that makes it. */
const GENERATED = [
  { sources: /^proto\/.*\.proto$/, step: 'protos' },
  { sources: /^native\/.*\.(cc|h)$/, step: 'native' },
];

interface RestartOptions {
  /** Aborting it ends the watch. */
  signal: AbortSignal;
  /** Called with each line for the person at the terminal. */
  say: (line: string) => void;
}

/** Restarts the services of a mesh that use a source file when it changes, until `signal` aborts. */
export async function restartChanged(mesh: Mesh, { signal, say }: RestartOptions): Promise<void> {
  const packages = new PackageUsers(PROJECT_DIR);
  for await (const files of watchSources(PROJECT_DIR, sourceFolders(mesh, packages), signal)) {
    try {
      await generate(files, say);
    } catch (error) {
      say((error as Error).message);
      continue;
    }
    await Promise.all(usersAmong(mesh.services, files, packages).map(service => restart(service, files, signal, say)));
  }
}

/** Of the services, and of all that they depend on. */
function sourceFolders({ services }: Mesh, packages: PackageUsers): string[] {
  const isUsed = (folder: string) => services.some(({ service }) => packages.usersOf(folder).has(service));
  return packages.folders.filter(isUsed).flatMap(folder => {
    const inner = ['src', 'ts', 'vigie'].map(name => `${folder}/${name}`);
    return inner.filter(name => existsSync(path.join(PROJECT_DIR, name)));
  });
}

async function generate(files: ReadonlySet<string>, say: RestartOptions['say']): Promise<void> {
  for (const { sources, step } of GENERATED) {
    if (![...files].some(file => sources.test(file))) continue;
    say(`making ${step} again`);
    await runLogged(`dev-${step}`, process.execPath, ['tools/dev-env/setup/setup.mjs', step]);
  }
}

function usersAmong(
  services: readonly ServiceProcess[],
  files: ReadonlySet<string>,
  packages: PackageUsers,
): ServiceProcess[] {
  const changed = [...files].map(file => packages.folderOf(file)).filter(folder => folder !== undefined);
  const users = new Set(changed.flatMap(folder => [...packages.usersOf(folder)]));
  return services.filter(({ service }) => users.has(service));
}

async function restart(
  service: ServiceProcess,
  files: ReadonlySet<string>,
  signal: AbortSignal,
  say: RestartOptions['say'],
): Promise<void> {
  const startedAt = performance.now();
  try {
    await service.stop();
    await service.start(signal);
    const more = files.size > 1 ? ` and ${files.size - 1} more` : '';
    const [file] = files;
    say(`${service.name} restarted in ${Math.round(performance.now() - startedAt)} ms: ${file}${more} changed.`);
  } catch (error) {
    if (signal.aborted) return;
    say(`${(error as Error).message}\n${service.name} starts again with the next change.`);
  }
}
