import path from 'node:path';

/**
 * A path as its writer meant it: npm runs scripts in the project's folder, and its variable says where it was called.
 *
 * @param script its name in package.json
 */
export function whereCalled(script: string, file: string): string {
  const { npm_lifecycle_event: event, INIT_CWD: called = '' } = process.env;
  return path.resolve(event === script ? called : '', file);
}
