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
  names<Name extends string>(name: string, choices: readonly Name[]): readonly Name[] | undefined {
    const given = this.texts(name)?.flatMap(text => text.split(','));
    return given?.map(each => {
      const choice = choices.find(known => known.toUpperCase() === each.toUpperCase());
      if (choice === undefined) throw new WrongUsageError(`--${name} ${each}: there are ${choices.join(', ')}`);
      return choice;
    });
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
