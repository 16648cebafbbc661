import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Mesh } from '@vigie/dev-env';
import { MACHINE_DIR, PROJECT_DIR } from '@vigie/dev-env/setup/project.mjs';

/** Where the docs say that things are, by `npm start`'s defaults. */
const DEFAULTS = {
  gateway: 'localhost:8000',
  nats: 'localhost:4222',
  postgres: 'localhost:55432',
  data: '.vigie/data',
};
/** Lines that go on until a person ends them. */
const ENDLESS = /# .*until (?:Ctrl-C|q)/;

/** Programs that the docs name may be installed by `npm run test:clients`. */
export const DOCUMENTED_PATH = [
  path.join(PROJECT_DIR, 'node_modules/.bin'),
  path.join(MACHINE_DIR, 'clients/bin'),
  process.env.PATH,
].join(':');

/**
 * The shell blocks of a section of a page as one script, with the addresses of a mesh, to be run in any folder.
 *
 * @param heading of the section, or of one that it is in
 * @param only blocks that have this text
 */
export async function documentedScript(mesh: Mesh, page: string, heading: string, only = ''): Promise<string> {
  const blocks = await blocksOf('sh', page, heading);
  const found = blocks.filter(block => block.includes(only));
  if (found.length === 0) throw new Error(`${page} has no block with "${only}" in ${heading}.`);
  const lines = found.flatMap(block => block.split('\n')).filter(line => !ENDLESS.test(line));
  return onMesh(mesh, lines.join('\n'))
    .replaceAll('npx buf', 'buf')
    .replaceAll('npm run', `npm --prefix ${PROJECT_DIR} run`);
}

/** The TypeScript of a section of a page, with the addresses of a mesh, to be run in the project's folder. */
export async function documentedProgram(mesh: Mesh, page: string, heading: string): Promise<string> {
  const [program, ...others] = await blocksOf('ts', page, heading);
  if (program === undefined || others.length > 0) throw new Error(`${page} has not one program in ${heading}.`);
  return onMesh(mesh, program);
}

async function blocksOf(language: string, page: string, heading: string): Promise<string[]> {
  const text = await readFile(path.join(PROJECT_DIR, page), 'utf8');
  const [, section] = text.split(`${heading}\n`);
  if (section === undefined) throw new Error(`${page} has no section ${heading}.`);
  const [level = ''] = /^#+/.exec(heading) ?? [];
  const own = section.split(new RegExp(`^#{1,${level.length}} `, 'm'))[0] ?? '';
  return [...own.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, name, block = '']) =>
    name === language ? [block] : [],
  );
}

function onMesh(mesh: Mesh, text: string): string {
  return text
    .replaceAll(DEFAULTS.gateway, new URL(mesh.url).host)
    .replaceAll(DEFAULTS.nats, mesh.nats?.address ?? '')
    .replaceAll(DEFAULTS.postgres, `127.0.0.1:${mesh.ports.postgres}`)
    .replaceAll(DEFAULTS.data, mesh.dataDir);
}
