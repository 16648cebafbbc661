import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';
import { MACHINE_DIR, PROJECT_DIR } from '../../setup/project.mjs';
import type { ServiceName } from './declared-services.ts';

const BUNDLES_DIR = path.join(MACHINE_DIR, 'bundles');
/** npm writes it whenever it changes a package. */
const INSTALLED_PACKAGES = 'node_modules/.package-lock.json';
/** The clock of a file's times may be as much behind. */
const FILE_CLOCK_MS = 20;
/** CommonJS packages call it, and a module has none. */
const REQUIRE = `const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);`;
/** With the positions of packages in its source map, a service that shows a stack trace takes 90 MB more. */
const NO_POSITIONS = `//# sourceMappingURL=data:application/json,{"version":3,"sources":[""],"mappings":"AAAA"}`;

/** What a bundle was made from. */
interface Inputs {
  /** Milliseconds since the epoch, before the first was read. */
  readonly readAt: number;
  /** Relative to the project. */
  readonly files: readonly string[];
}

/** The source that a service starts from. */
export function serviceSource(service: ServiceName): string {
  return path.join(PROJECT_DIR, service, 'src/main.ts');
}

/**
 * A service's `src/main.ts` with all that it imports, packages too, as one file: to find, read and link a thousand
 * modules takes Node three times as long (docs/adr/0059). Made anew if a source or a package has changed since.
 * @returns the path of the bundle
 */
export async function bundleService(service: ServiceName, dir = BUNDLES_DIR): Promise<string> {
  const bundle = path.join(dir, `${service}.mjs`);
  const inputsFile = path.join(dir, `${service}.inputs.json`);
  if (await isCurrent(inputsFile)) return bundle;
  const readAt = Date.now() - FILE_CLOCK_MS;
  const { metafile, outputFiles } = await build({
    entryPoints: [serviceSource(service)],
    outfile: bundle,
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    banner: { js: REQUIRE },
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    absWorkingDir: PROJECT_DIR,
    logLevel: 'error',
    plugins: [asInPlace(dir)],
  });
  await mkdir(dir, { recursive: true });
  for (const output of outputFiles) await replaceFile(output.path, output.contents);
  const files = Object.keys(metafile.inputs).filter(file => !file.startsWith('node_modules/'));
  const inputs: Inputs = { readAt, files: [...files, INSTALLED_PACKAGES] };
  await replaceFile(inputsFile, JSON.stringify(inputs));
  return bundle;
}

async function isCurrent(inputsFile: string): Promise<boolean> {
  try {
    const { readAt, files }: Inputs = JSON.parse(await readFile(inputsFile, 'utf8'));
    const changes = await Promise.all(files.map(async file => (await stat(path.join(PROJECT_DIR, file))).mtimeMs));
    return changes.every(changedAt => changedAt < readAt);
  } catch {
    // Never made, or made from a file that is gone.
    return false;
  }
}

/** At once: another process may be starting from it, or replacing it. */
async function replaceFile(file: string, contents: string | Uint8Array): Promise<void> {
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, contents);
  await rename(temporary, file);
}

/** Modules find the files beside their sources, and stack traces name lines of these. */
function asInPlace(dir: string): Plugin {
  return {
    name: 'as-in-place',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
        const source = await readFile(file, 'utf8');
        const url = `new URL(${JSON.stringify(path.relative(dir, file))}, import.meta.url).href`;
        return { contents: source.replaceAll('import.meta.url', url), loader: 'ts' };
      });
      onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, async ({ path: file }) => ({
        contents: `${await readFile(file, 'utf8')}\n${NO_POSITIONS}`,
      }));
    },
  };
}
