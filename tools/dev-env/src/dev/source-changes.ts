import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

// An editor or git writes several files at once.
const GATHER_MS = 100;

const WATCHED = /\.(ts|mjs|json|proto|cc|h)$/;
const UNUSED_BY_SERVICES = /\.(spec|contract|fake)\.ts$|(^|\/)(testing|test|fuzz|node_modules|build[^/]*)\//;

/**
 * The source files below some folders that change, in groups of those that changed together. Ends when `signal` aborts.
 * @param folders relative to the project, as are the files
 */
export async function* watchSources(
  projectDir: string,
  folders: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Set<string>> {
  let changed = new Set<string>();
  let wake = Promise.withResolvers<void>();
  const watchers = folders.map(folder =>
    watchFolder(projectDir, folder, file => {
      changed.add(file);
      wake.resolve();
    }),
  );
  signal.addEventListener('abort', () => wake.resolve(), { once: true });
  try {
    while (!signal.aborted) {
      await wake.promise;
      if (signal.aborted) return;
      await delay(GATHER_MS);
      const files = changed;
      changed = new Set();
      wake = Promise.withResolvers();
      if (signal.aborted) return;
      yield files;
    }
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}

function watchFolder(projectDir: string, folder: string, onChange: (file: string) => void): FSWatcher {
  return watch(path.join(projectDir, folder), { recursive: true }, (_, name) => {
    const file = path.posix.join(folder, name ?? '');
    if (WATCHED.test(file) && !UNUSED_BY_SERVICES.test(file)) onChange(file);
  });
}
