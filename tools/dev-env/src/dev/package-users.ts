import { readFileSync } from 'node:fs';
import path from 'node:path';
import { listWorkspaces } from '../../setup/workspaces.mjs';

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
}

/** Which workspaces run code of which, by the dependencies in their manifests. Folders are relative to the project. */
export class PackageUsers {
  /** Of all workspaces. */
  readonly folders: readonly string[];
  readonly #manifests: ReadonlyMap<string, Manifest>;

  constructor(projectDir: string) {
    this.folders = listWorkspaces(projectDir);
    this.#manifests = new Map(
      this.folders.map(folder => [
        folder,
        JSON.parse(readFileSync(path.join(projectDir, folder, 'package.json'), 'utf8')),
      ]),
    );
  }

  /** @returns the folder of the workspace that a file belongs to */
  folderOf(file: string): string | undefined {
    return this.folders.find(folder => file.startsWith(`${folder}/`));
  }

  /** @returns the folder and those of all that depend on it, directly or not */
  usersOf(folder: string): Set<string> {
    const users = new Set([folder]);
    // A Set is iterated over what is added meanwhile, too.
    for (const used of users) {
      const name = this.#manifests.get(used)?.name ?? '';
      for (const [user, { dependencies = {} }] of this.#manifests) if (name in dependencies) users.add(user);
    }
    return users;
  }
}
