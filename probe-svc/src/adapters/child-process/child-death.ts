/** How a child process ended. */
export interface ChildDeath {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to its standard error. */
  readonly stderr: string;
  /** It could not be started, or no longer be asked. */
  readonly error?: Error;
}

/** What the processor and the C library raise for a bug in native code. */
const OF_NATIVE_CODE: ReadonlySet<NodeJS.Signals | null> = new Set([
  'SIGSEGV',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
]);

/** V8 and C++ abort too when they get no memory. */
const OUT_OF_MEMORY = /out of memory|allocation failed|cannot allocate|bad_alloc/i;

/**
 * Whether native code crashed, so that what it read is to blame. All other ends say nothing about that: whoever runs
 * short of memory sends SIGKILL, a limit lets allocations fail, and an exit code is a decision of Node.
 */
export function isCrash({ signal, stderr }: ChildDeath): boolean {
  return OF_NATIVE_CODE.has(signal) && !OUT_OF_MEMORY.test(stderr);
}

export function describeDeath({ exitCode, signal, error }: ChildDeath): string {
  return error?.message ?? signal ?? `exit code ${exitCode}`;
}
