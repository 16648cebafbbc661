import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR } from '@vigie/dev-env/setup/project.mjs';

const PAGE = 'docs/clients.md';

/** A block between fences, as it stands in docs/clients.md. @param text a part of it that no other block has */
export function documentedBlock(language: 'sh' | 'yaml' | 'python', text: string): string {
  const page = readFileSync(path.join(PROJECT_DIR, PAGE), 'utf8');
  const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, name, block]) => ({
    name,
    block: block ?? '',
  }));
  const found = blocks.filter(({ name, block }) => name === language && block.includes(text));
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(`${PAGE} has ${found.length} blocks of ${language} with "${text}", not one.`);
  }
  return only.block;
}
