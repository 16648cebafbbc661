import { EXIT } from './exit-codes.ts';

/** What must not be left half done. */
let unfinished = 0;
let isWanted = false;

/** Ends the process on Ctrl-C; one that may not be interrupted now when that is done, or on a second Ctrl-C. */
export function endOnInterrupt(): void {
  process.on('SIGINT', () => {
    if (unfinished === 0 || isWanted) process.exit(EXIT.interrupted);
    isWanted = true;
  });
}

/** Does something that a first Ctrl-C waits for. */
export async function uninterrupted<T>(work: () => Promise<T>): Promise<T> {
  unfinished++;
  try {
    return await work();
  } finally {
    unfinished--;
    if (isWanted && unfinished === 0) process.exit(EXIT.interrupted);
  }
}
