import pTimeout from 'p-timeout';

/** Says why a part isn't ready; undefined if it is. */
export type ReadinessCheck = () => Promise<string | undefined> | string | undefined;

export interface Readiness {
  readonly ready: boolean;
  /** One entry per check: `ok`, or what is wrong. */
  readonly checks: Readonly<Record<string, string>>;
}

const CHECK_TIMEOUT_MS = 1_000;

/** What a service depends on, and whether it is there now. */
export class Health {
  readonly #checks = new Map<string, ReadinessCheck>();
  #phase: 'starting' | 'running' | 'stopping' = 'starting';

  addCheck(name: string, check: ReadinessCheck): void {
    this.#checks.set(name, check);
  }

  enter(phase: 'running' | 'stopping'): void {
    this.#phase = phase;
  }

  /** @param needed names of the checks that count, beside the state of the process; all if undefined */
  async readiness(needed?: ReadonlySet<string>): Promise<Readiness> {
    const counted = [...this.#checks].filter(([name]) => needed?.has(name) ?? true);
    const states = await Promise.all(
      counted.map(async ([name, check]) => [name, (await findProblem(check)) ?? 'ok'] as const),
    );
    const checks = Object.fromEntries([['service', this.#phase === 'running' ? 'ok' : this.#phase], ...states]);
    return { ready: Object.values(checks).every(state => state === 'ok'), checks };
  }
}

async function findProblem(check: ReadinessCheck): Promise<string | undefined> {
  try {
    return await pTimeout((async () => check())(), {
      milliseconds: CHECK_TIMEOUT_MS,
      fallback: () => `no answer within ${CHECK_TIMEOUT_MS} ms`,
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
