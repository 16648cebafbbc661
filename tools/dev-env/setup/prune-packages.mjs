import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR } from './project.mjs';

// Of TypeScript below 7: its commands, and the types and translations that only they read.
const COMPILER_PROGRAMS =
  /^(_?tsc|_?tsserver|_?typingsInstaller|tsserverlibrary|watchGuard)\.|^lib\.|^[a-z]{2}(-[a-z]+)?$/;

/**
 * Large files that npm packages bring and nothing here reads: about 210 MB of 725. Below `node_modules`; a star matches
 * any text within a name.
 * @type {readonly { in: string, drop: RegExp }[]}
 */
const UNREAD = [
  // Headers of Node, V8 and OpenSSL: the addon is built with node-api-headers.
  { in: 'node/node_modules/node-*', drop: /^(include|share|CHANGELOG\.md)$/ },
  // Plugins for protoc: `buf lint` and `buf breaking` do without.
  { in: '@bufbuild/buf-*/bin', drop: /^protoc-gen-buf-/ },
  // dependency-cruiser and protoplugin import the compiler's library alone.
  { in: '@typescript/old/lib', drop: COMPILER_PROGRAMS },
  { in: '@bufbuild/protoplugin/node_modules/typescript/lib', drop: COMPILER_PROGRAMS },
  // Our protos import `google/api` and `google/rpc`, not the interfaces of Google's products.
  { in: 'google-proto-files/google', drop: /^(?!api$|rpc$)/ },
];

/** Removes them. What is gone already does no harm. */
export function prunePackages() {
  for (const { in: pattern, drop } of UNREAD) {
    for (const folder of foldersLike(pattern)) {
      for (const name of readdirSync(folder).filter(name => drop.test(name))) {
        rmSync(path.join(folder, name), { recursive: true });
      }
    }
  }
}

/**
 * @param {string} pattern
 * @returns {string[]} absolute
 */
function foldersLike(pattern) {
  let folders = [path.join(PROJECT_DIR, 'node_modules')];
  for (const part of pattern.split('/')) {
    const named = new RegExp(`^${part.replaceAll('*', '.*')}$`);
    folders = folders.filter(existsSync).flatMap(folder =>
      readdirSync(folder)
        .filter(name => named.test(name))
        .map(name => path.join(folder, name)),
    );
  }
  return folders.filter(existsSync);
}
