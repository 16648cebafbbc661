export class InvalidEnvironmentError extends Error {
  override readonly name = 'InvalidEnvironmentError';
}

export interface IntegerBounds {
  readonly min: number;
  readonly max: number;
  /** Where `max` comes from if another variable decides it, as in "half of SHUTDOWN_GRACE_MS". */
  readonly maxIs?: string;
}

/**
 * Reads typed values from environment variables and collects all errors, so that a person can correct them at once.
 * An empty variable counts as not set.
 */
export class EnvReader {
  readonly #env: NodeJS.ProcessEnv;
  readonly #errors: string[] = [];

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  string(name: string, fallback?: string): string {
    return this.#read(name, fallback, value => value);
  }

  /** Those that are of use only together; `undefined` if none is set. */
  together<const Names extends readonly string[]>(...names: Names): Record<Names[number], string> | undefined {
    const [missing = [], set = []] = [true, false].map(isMissing =>
      names.filter(name => (this.string(name, '') === '') === isMissing),
    );
    if (set.length === 0) return undefined;
    for (const name of missing) this.#errors.push(`${name} is required with ${set.join(' and ')}`);
    return Object.fromEntries(names.map(name => [name, this.string(name, '')])) as Record<Names[number], string>;
  }

  /** Comma-separated; empty if it is not set. @param check throws an Error with the rest of the sentence "it ..." */
  list(name: string, check?: (items: readonly string[]) => unknown): readonly string[] {
    return this.#read<readonly string[]>(name, [], value => {
      const items = value.split(',').map(item => item.trim());
      const found = items.filter(item => item !== '');
      check?.(found);
      return found;
    });
  }

  /** A whole number within both bounds. */
  integer(name: string, fallback: number | undefined, bounds: IntegerBounds): number {
    return this.#read(name, fallback, value => {
      const number = Number(value);
      const fits = Number.isInteger(number) && number >= bounds.min && number <= bounds.max;
      const why = bounds.maxIs === undefined ? '' : `, which is ${bounds.maxIs}`;
      if (!fits) throw new Error(`must be a whole number from ${bounds.min} to ${bounds.max}${why}`);
      return number;
    });
  }

  /** A TCP port; 0 lets the system choose. */
  port(name: string, fallback?: number): number {
    return this.integer(name, fallback, { min: 0, max: 65_535 });
  }

  milliseconds(name: string, fallback: number): number {
    return this.integer(name, fallback, { min: 0, max: 2 ** 31 - 1 });
  }

  oneOf<const T extends string>(name: string, choices: readonly T[], fallback?: T): T {
    return this.#read(name, fallback, value => {
      const choice = choices.find(candidate => candidate === value);
      if (choice === undefined) throw new Error(`must be one of ${choices.join(', ')}`);
      return choice;
    });
  }

  /** `host:port`. */
  address(name: string, fallback?: string): string {
    return this.#read(name, fallback, value => {
      if (!/^.+:\d{1,5}$/.test(value)) throw new Error('must be host:port, for example 127.0.0.1:50051');
      return value;
    });
  }

  /** An absolute URL of one of the protocols (`http`, `nats` ...), without a trailing slash. */
  url(name: string, protocols: readonly string[], fallback?: string): string {
    return this.#read(name, fallback, value => {
      const protocol = URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : undefined;
      if (protocol === undefined || !protocols.includes(protocol)) {
        throw new Error(`must be a URL that begins with ${protocols.map(p => `${p}://`).join(' or ')}`);
      }
      return value.replace(/\/+$/, '');
    });
  }

  /** A value with a syntax of its own. @param check throws an Error with the rest of the sentence "it ..." */
  checked(name: string, check: (value: string) => unknown, fallback?: string): string {
    return this.#read(name, fallback, value => {
      check(value);
      return value;
    });
  }

  /** @throws InvalidEnvironmentError naming every variable that is missing or wrong */
  finish<T extends object>(config: T): Readonly<T> {
    if (this.#errors.length > 0) throw new InvalidEnvironmentError(this.#errors.join('; '));
    return Object.freeze(config);
  }

  #read<T>(name: string, fallback: T | undefined, parse: (value: string) => T): T {
    const value = this.#env[name]?.trim();
    if (value === undefined || value === '') {
      if (fallback === undefined) this.#errors.push(`${name} is required`);
      return fallback as T;
    }
    try {
      return parse(value);
    } catch (error) {
      // Without the value: it may hold a password.
      this.#errors.push(`${name} is wrong: it ${(error as Error).message}`);
      return fallback as T;
    }
  }
}
