/** `npm run check:text`: what no other linter looks at. Prints each place and ends with 1 if there is one. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findDialectEdits } from './chai-dialect.ts';
import { findWideLines } from './wide-lines.ts';

// New files too, before they are added.
const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' });
const files = listed.split('\n').filter(file => file !== '' && !file.startsWith('nginx/videos/') && existsSync(file));

const found = files.flatMap(file => {
  const text = readFileSync(file, 'utf8');
  return [...wideLines(file, text), ...otherDialect(file, text)];
});
for (const place of found) console.error(place);
process.exitCode = found.length === 0 ? 0 : 1;

function wideLines(file: string, text: string): string[] {
  const wide = findWideLines(path.extname(file), text);
  return wide.map(({ line, width }) => `${file}:${line} is ${width} columns wide: wrap it at 120.`);
}

function otherDialect(file: string, text: string): string[] {
  if (!file.endsWith('.ts') || !text.includes("from 'chai'")) return [];
  return findDialectEdits(file, text).map(({ start, replacement }) => {
    const line = text.slice(0, start).split('\n').length;
    return `${file}:${line} is not in the dialect expect(x).to.equal(y): write ${replacement} here.`;
  });
}
