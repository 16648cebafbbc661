import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR } from '@vigie/dev-env/setup/project.mjs';

type Language = 'sh' | 'yaml' | 'python' | 'json';

/** A block between fences, as it stands on that page. @param text a part of it that no other block has */
export function documentedBlock(language: Language, text: string, file = 'docs/clients.md'): string {
  const page = readFileSync(path.join(PROJECT_DIR, file), 'utf8');
  const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, name, block]) => ({
    name,
    block: block ?? '',
  }));
  const found = blocks.filter(({ name, block }) => name === language && block.includes(text));
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(`${file} has ${found.length} blocks of ${language} with "${text}", not one.`);
  }
  return only.block;
}
