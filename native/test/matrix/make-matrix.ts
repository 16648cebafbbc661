import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ingredients, type Recipe, recipes } from './recipes.ts';

const run = promisify(execFile);

const MATRIX_DIR = fileURLToPath(new URL('../../../.vigie/matrix/', import.meta.url));
/** Whatever shapes the files is part of the key. */
const SOURCES = ['recipes.ts', 'edits.ts', 'make-matrix.ts'];
const QUIET = ['-hide_banner', '-nostdin', '-loglevel', 'error', '-y'];
/** The same bytes each time, on any machine. */
const REPEATABLE = ['-fflags', '+bitexact', '-threads', '1'];

/**
 * Makes all files of the matrix with the ffmpeg CLI, and beside each what ffprobe says of it, unless they exist.
 *
 * @returns the folder with `<file>` and `<file>.json` for each recipe
 */
export async function makeMatrix(): Promise<string> {
  const folder = path.join(MATRIX_DIR, await keyOfRecipes());
  if (existsSync(folder)) return folder;
  await rm(MATRIX_DIR, { recursive: true, force: true });
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  await makeFiles(unfinished);
  await rename(unfinished, folder);
  return folder;
}

async function keyOfRecipes(): Promise<string> {
  const hash = createHash('sha256').update((await run('ffmpeg', ['-version'])).stdout.split('\n', 1)[0] ?? '');
  for (const source of SOURCES) hash.update(readFileSync(new URL(source, import.meta.url)));
  return hash.digest('hex').slice(0, 16);
}

type Making = Pick<Recipe, 'file'> & Partial<Recipe> & { readonly text?: string };

async function makeFiles(folder: string): Promise<void> {
  const limit = limitTo(availableParallelism());
  const makings = new Map<string, Making>([...ingredients, ...recipes].map(making => [making.file, making]));
  const made = new Map<string, Promise<void>>();
  const make = (file: string): Promise<void> => {
    const begun = made.get(file) ?? makeAfterInputs(file);
    made.set(file, begun);
    return begun;
  };
  const makeAfterInputs = async (file: string): Promise<void> => {
    const making = makings.get(file);
    if (making === undefined) throw new Error(`no recipe makes ${file}`);
    await Promise.all(inputsOf(making.ffmpeg ?? '').map(make));
    await limit(() => makeFile(folder, making));
    if (making.container !== undefined) await limit(() => writeTruth(folder, file));
  };
  await Promise.all([...makings.keys()].map(make));
}

function inputsOf(ffmpeg: string): string[] {
  return [...ffmpeg.matchAll(/@(\S+)/g)].map(([, file]) => file ?? '');
}

async function makeFile(folder: string, { file, text, ffmpeg = '', muxer, piped, edit }: Making): Promise<void> {
  const target = path.join(folder, file);
  if (text !== undefined) return writeFile(target, text);
  const args = ffmpeg.split(' ').map(arg => (arg.startsWith('@') ? path.join(folder, arg.slice(1)) : arg));
  const format = muxer ?? (piped ? MUXER_OF_ENDING[path.extname(file)] : undefined);
  const output = [...REPEATABLE, ...(format ? ['-f', format] : []), piped ? 'pipe:1' : target];
  await (piped ? runInto(target, [...QUIET, ...args, ...output]) : run('ffmpeg', [...QUIET, ...args, ...output]));
  if (edit !== undefined) await writeFile(target, edit(await readFile(target)));
}

const MUXER_OF_ENDING: Readonly<Record<string, string>> = {
  '.avi': 'avi',
  '.flv': 'flv',
  '.mkv': 'matroska',
  '.mp4': 'mp4',
  '.webm': 'webm',
  '.wmv': 'asf',
};

async function runInto(target: string, args: readonly string[]): Promise<void> {
  await using output = await open(target, 'w');
  const child = spawn('ffmpeg', args, { stdio: ['ignore', output.fd, 'inherit'] });
  const code = await new Promise(resolve => child.once('exit', resolve));
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${args.join(' ')}`);
}

async function writeTruth(folder: string, file: string): Promise<void> {
  const target = path.join(folder, file);
  const args = ['-v', 'quiet', '-show_streams', '-show_format', '-of', 'json', target];
  // It fails on files that are not to be read at all, and prints an empty object.
  const truth = await run('ffprobe', args).catch(({ stdout }: { stdout: string }) => ({ stdout }));
  await writeFile(`${target}.json`, truth.stdout);
}

function limitTo(parallel: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async work => {
    if (running >= parallel) await new Promise<void>(resolve => waiting.push(resolve));
    running++;
    try {
      return await work();
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}

if (import.meta.main) {
  const startedAt = performance.now();
  const folder = await makeMatrix();
  const files = (await readdir(folder)).length;
  process.stdout.write(`${files} files in ${folder}, ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
}
