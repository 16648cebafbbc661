import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MACHINE_DIR } from './project.mjs';
import { runLogged } from './run-logged.mjs';
import { SetupError } from './setup-error.mjs';

const SOURCES_DIR = '/etc/apt/sources.list.d';
const SOURCES_LIST = '/etc/apt/sources.list';

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

/** The machine's own Debian mirror, for one suite (its own by default): no host is named in this repository. */
function debianSource(suite = codename()) {
  const uris = stanzaMirror() ?? listMirror();
  if (uris === undefined) {
    throw new SetupError(
      `No Debian source is set in ${SOURCES_LIST} or ${SOURCES_DIR}, so there is nowhere to download from.`,
    );
  }
  const keyring = existsSync('/usr/share/keyrings/debian-archive-keyring.gpg')
    ? 'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n'
    : '';
  return `Types: deb\nURIs: ${uris}\nSuites: ${suite}\nComponents: main\n${keyring}`;
}

// deb822: a main archive has a suite without "-security".
function stanzaMirror() {
  const stanzas = sourceFiles('.sources').flatMap(text => text.split(/\n\s*\n/));
  const main = stanzas.find(
    stanza =>
      /^Suites:.*\b(?:bookworm|trixie|forky|sid|stable|testing)(?:\s|$)/m.test(stanza) &&
      !/^Enabled:\s*no/m.test(stanza),
  );
  return main && /^URIs:\s*(\S+)/m.exec(main)?.[1];
}

function listMirror() {
  const lists = [...sourceFiles('.list'), existsSync(SOURCES_LIST) ? readFileSync(SOURCES_LIST, 'utf8') : ''];
  const main = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(?:bookworm|trixie|forky|sid|stable|testing)\s+.*\bmain\b/m;
  return lists.map(text => main.exec(text)?.[1]).find(Boolean);
}

/** @param {string} ending */
function sourceFiles(ending) {
  if (!existsSync(SOURCES_DIR)) return [];
  const names = readdirSync(SOURCES_DIR).filter(name => name.endsWith(ending));
  return names.map(name => readFileSync(path.join(SOURCES_DIR, name), 'utf8'));
}

function codename() {
  return /^VERSION_CODENAME=(\S+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
}
