import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MACHINE_DIR, PROJECT_DIR } from '@vigie/dev-env/setup/project.mjs';

const CLONED = [
  'proto',
  'buf.yaml',
  'buf.lock',
  'buf.gen.yaml',
  'tools/clients/java',
  'tools/clients/go',
  'tools/clients/rust',
];
/** Where `buf export` puts what the protos import: docs/clients.md. */
const THIRD_PARTY = 'third_party';

/** What a clone of the project has that is about its protos: the files that git knows, or will, and nothing made. */
export function cloneOwnProtos(to: string): void {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...CLONED], {
    cwd: PROJECT_DIR,
    encoding: 'utf8',
  });
  for (const file of listed.split('\n').filter(file => file !== '')) {
    cpSync(path.join(PROJECT_DIR, file), path.join(to, file));
  }
}

/** The same with what they import, taken from npm packages, as tests don't ask the Buf Schema Registry. */
export function cloneProtos(to: string): void {
  cloneOwnProtos(to);
  rmSync(path.join(to, 'buf.lock'));
  const imported = path.join(to, THIRD_PARTY);
  for (const folder of ['google/api', 'google/rpc']) {
    const from = path.join(PROJECT_DIR, 'node_modules/google-proto-files', folder);
    // The folders in them hold the APIs of products.
    const files = readdirSync(from).filter(name => name.endsWith('.proto'));
    for (const file of files) cpSync(path.join(from, file), path.join(imported, folder, file));
  }
  cpSync(path.join(MACHINE_DIR, 'buf/protovalidate'), imported, { recursive: true });
  const bufYaml = path.join(to, 'buf.yaml');
  const offline = readFileSync(bufYaml, 'utf8').replace(/^deps:\n(?: .*\n)+/m, '');
  writeFileSync(bufYaml, offline.replace(/^modules:\n/m, `modules:\n  - path: ${THIRD_PARTY}\n`));
}
