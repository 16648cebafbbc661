import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Has V8 collect garbage before it returns: all of it, or among young objects alone. */
export function collectGarbage(type: 'major' | 'minor'): void {
  setFlagsFromString('--expose-gc');
  runInNewContext(`gc({ type: '${type}' })`);
}
