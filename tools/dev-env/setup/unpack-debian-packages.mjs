import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { debianSource } from './debian-source.mjs';
import { MACHINE_DIR } from './project.mjs';
import { runLogged } from './run-logged.mjs';

/**
 * Unpacks Debian packages into one folder below `.vigie/`, installing nothing: no root, no change to the machine's apt,
 * and none of the services that a package starts when installed.
 * @param {readonly string[]} names the first also names the folder
 * @param {string} [suite] another release than the machine's own, for example `trixie`
 * @returns {Promise<string>} the folder with its `usr/`
 */
export async function unpackDebianPackages(names, suite) {
  const name = /** @type {string} */ (names[0]);
  const unpacked = path.join(MACHINE_DIR, name);
  const apt = path.join(MACHINE_DIR, 'apt');
  rmSync(apt, { recursive: true, force: true });
  for (const dir of ['lists/partial', 'cache/archives/partial', 'package'])
    mkdirSync(path.join(apt, dir), { recursive: true });
  try {
    const options = privateApt(apt, suite);
    const wayOut = `It was to bring ${name}. Is a Debian mirror reachable? Or put a fit ${name} on PATH yourself.`;
    await runLogged(`${name}-update`, 'apt-get', [...options, 'update'], { wayOut });
    await runLogged(`${name}-download`, 'apt-get', [...options, 'download', ...names], {
      wayOut,
      cwd: path.join(apt, 'package'),
    });
    for (const archive of readdirSync(path.join(apt, 'package'))) {
      const from = path.join(apt, 'package', archive);
      await runLogged(`${name}-unpack`, 'dpkg-deb', ['-x', from, path.join(apt, 'root')], { wayOut });
    }
    rmSync(unpacked, { recursive: true, force: true });
    renameSync(path.join(apt, 'root'), unpacked);
  } finally {
    rmSync(apt, { recursive: true, force: true });
  }
  return unpacked;
}

/**
 * @param {string} apt a folder for apt's own state
 * @param {string | undefined} suite
 * @returns {string[]}
 */
function privateApt(apt, suite) {
  const sources = path.join(apt, 'debian.sources');
  writeFileSync(sources, debianSource(suite));
  return [
    ['Dir::Etc::sourcelist', sources],
    ['Dir::Etc::sourceparts', '/dev/null'],
    ['Dir::State::lists', path.join(apt, 'lists')],
    // What is installed does not matter, and must not be taken for what to download.
    ['Dir::State::status', '/dev/null'],
    ['Dir::Cache', path.join(apt, 'cache')],
    // apt's own user may not reach a checkout below a private home.
    ['APT::Sandbox::User', ''],
    ['Acquire::Languages', 'none'],
  ].flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}
