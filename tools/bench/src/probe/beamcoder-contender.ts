import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const PROCESS = fileURLToPath(new URL('beamcoder-process.ts', import.meta.url));

export type BeamcoderReply = { readonly medianUs: number | null };

/** @returns why beamcoder cannot take part, or undefined where it can */
export function whyBeamcoderIsAbsent(): string | undefined {
  try {
    createRequire(import.meta.url)('beamcoder');
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
  }
}

/** Measures in a process of its own: beamcoder may take its process down. @returns null where it fails or crashes */
export async function measureBeamcoder(path: string, rounds: number, way: 'path' | 'stream'): Promise<number | null> {
  const child: ChildProcess = fork(PROCESS, [path, String(rounds), way], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new Promise(resolve => {
    child.once('message', reply => resolve((reply as BeamcoderReply).medianUs));
    child.once('exit', () => resolve(null));
  });
}
