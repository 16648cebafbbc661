import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { waitFor } from './wait-for.ts';

/** The token in the link of the latest mail of its kind to an address, once there is one: mails of a mesh are files. */
export function mailedToken(dataDir: string, action: 'confirm' | 'reset', email: string): Promise<string> {
  const dir = path.join(dataDir, 'mail');
  const link = new RegExp(`http://localhost:\\d+/account#${action}=([\\w-]+)\\s`);
  return waitFor(`a mail to ${email}`, async () => {
    // Their names begin with the time.
    const names = (await readdir(dir).catch(() => [])).toSorted().toReversed();
    const texts = await Promise.all(names.map(async name => unfold(await readFile(path.join(dir, name), 'utf8'))));
    return texts.flatMap(text => (text.includes(`\r\nTo: ${email}\r\n`) ? (link.exec(text)?.[1] ?? []) : []))[0];
  });
}

/** Quoted-printable (RFC 2045) breaks long lines, and `=` stands for itself as `=3D`. */
function unfold(text: string): string {
  return text.replace(/=\r?\n/g, '').replaceAll('=3D', '=');
}
