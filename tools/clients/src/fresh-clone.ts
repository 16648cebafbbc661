import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR } from '@vigie/dev-env/setup/project.mjs';

/** What a clone of the project has that is about its protos: the files that git knows, or will, and nothing made. */
export function cloneProtos(to: string): void {
  const listed = execFileSync(
    'git',
    [
      'ls-files',
      '--cached',
      '--others',
      '--exclude-standard',
      'proto',
      'buf.yaml',
      'buf.gen.yaml',
      'tools/clients/java',
    ],
    { cwd: PROJECT_DIR, encoding: 'utf8' },
  );
  for (const file of listed.split('\n').filter(file => file !== '')) {
    cpSync(path.join(PROJECT_DIR, file), path.join(to, file));
  }
}
