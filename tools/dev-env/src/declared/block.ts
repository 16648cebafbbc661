import { DevEnvError } from '../dev-env-error.ts';

/**
 * Replaces the lines between a line that ends with `<declared NAME>` and one with `</declared NAME>`.
 * @throws DevEnvError if the file has no such lines
 */
export function replaceBlock(file: string, text: string, name: string, content: string): string {
  const lines = text.split('\n');
  const begin = lines.findIndex(line => line.includes(`<declared ${name}>`));
  const end = lines.findIndex(line => line.includes(`</declared ${name}>`));
  if (begin === -1 || end < begin)
    throw new DevEnvError(`${file} has no lines <declared ${name}> and </declared ${name}>.`);
  return [...lines.slice(0, begin + 1), content, ...lines.slice(end)].join('\n');
}
