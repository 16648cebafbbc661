import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from './setup-error.mjs';

const SOURCES_DIR = '/etc/apt/sources.list.d';
const SOURCES_LIST = '/etc/apt/sources.list';

/**
 * The machine's own Debian mirror, for one suite (its own by default), as a stanza of deb822: no host is named in this
 * repository.
 *
 * @param {string} [suite] for example `trixie`
 * @throws SetupError if none is set
 */
export function debianSource(suite = codename()) {
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
