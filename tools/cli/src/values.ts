import { readCount, readDurationMs, readTime } from './read-values.ts';
import { WrongUsageError } from './wrong-usage-error.ts';

type Given = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** The values of a call's options, by their names. All throw WrongUsageError if a value can't be read. */
export class Values {
  readonly #given: Given;

  constructor(given: Given) {
    this.#given = given;
  }

  has(name: string): boolean {
    return this.#given[name] !== undefined;
  }

  flag(name: string): boolean {
    return this.#given[name] === true;
  }

  /** @returns undefined if it is not given, or empty */
  text(name: string): string | undefined {
    return (this.#given[name] as string | undefined) || undefined;
  }

  /** @returns undefined if it is not given */
  texts(name: string): readonly string[] | undefined {
    return this.#given[name] as readonly string[] | undefined;
  }

  /** Names in any case, several of them with commas too. */
  names(name: string, choices: readonly string[]): readonly string[] | undefined {
    const names = this.texts(name)?.flatMap(text => text.toUpperCase().split(','));
    const unknown = names?.find(each => !choices.includes(each));
    if (unknown !== undefined) throw new WrongUsageError(`--${name} ${unknown}: there are ${choices.join(', ')}`);
    return names;
  }

  time(name: string, now = Date.now()): Date | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : readTime(`--${name}`, text, now);
  }

  durationMs(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : readDurationMs(`--${name}`, text);
  }

  count(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : readCount(`--${name}`, text);
  }
}
