import pTimeout from 'p-timeout';
import { reuseRecent } from '../async/reuse-recent.ts';

/** Says why a part isn't ready; undefined if it is. */
export type ReadinessCheck = () => Promise<string | undefined> | string | undefined;

export interface Readiness {
  readonly ready: boolean;
  /** One entry per check, those that aren't required too: `ok`, or what is wrong. */
  readonly checks: Readonly<Record<string, string>>;
}

interface NamedCheck {
  /** Its problem, as found at most so many ms ago. */
  readonly findProblem: (maxAgeMs: number) => Promise<string | undefined>;
  /** Whether the service is not ready without it. */
  readonly isRequired: boolean;
}

const CHECK_TIMEOUT_MS = 1_000;

/** What a service depends on, and whether it is there now. */
export class Health {
  readonly #checks = new Map<string, NamedCheck>();
  #phase: 'starting' | 'running' | 'stopping' = 'starting';

  /** @param options `isRequired: false` for a part without which the service is of use: readiness only shows it */
  addCheck(name: string, check: ReadinessCheck, { isRequired = true } = {}): void {
    this.#checks.set(name, { findProblem: reuseRecent(() => findProblem(check)), isRequired });
  }

  enter(phase: 'running' | 'stopping'): void {
    this.#phase = phase;
  }

  /**
   * @param needed names of the checks that count, beside the state of the process; if undefined, all required ones
   * @param maxAgeMs how long ago a part may have been looked at, for those who ask all the time
   */
  async readiness(needed?: ReadonlySet<string>, maxAgeMs = 0): Promise<Readiness> {
    const asked = [...this.#checks].filter(([name]) => needed?.has(name) ?? true);
    const states = await Promise.all(
      asked.map(async ([name, { findProblem, isRequired }]) => ({
        name,
        state: (await findProblem(maxAgeMs)) ?? 'ok',
        counts: isRequired || needed !== undefined,
      })),
    );
    const all = [{ name: 'service', state: this.#phase === 'running' ? 'ok' : this.#phase, counts: true }, ...states];
    return {
      ready: all.every(({ state, counts }) => state === 'ok' || !counts),
      checks: Object.fromEntries(all.map(({ name, state }) => [name, state])),
    };
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
