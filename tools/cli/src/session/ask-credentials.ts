import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Credentials } from '@vigie/client';
import { WrongUsageError } from '../wrong-usage-error.ts';

export interface AskOptions {
  readonly email: string | undefined;
  /** The password is all that stdin has. */
  readonly isPasswordOnStdin: boolean;
}

/** @throws WrongUsageError if there is nobody to be asked */
export async function askCredentials({ email, isPasswordOnStdin }: AskOptions): Promise<Credentials> {
  if (isPasswordOnStdin) {
    if (email === undefined) throw new WrongUsageError('--password-stdin needs --email too');
    return { email, password: entered('password', (await text(process.stdin)).replace(/\r?\n$/, '')) };
  }
  if (!process.stdin.isTTY) {
    throw new WrongUsageError(
      'there is no terminal to ask for the password: pipe it in, with --email, --password-stdin',
    );
  }
  using person = new Person();
  return {
    email: email ?? entered('e-mail address', (await person.ask('E-mail: ')).trim()),
    password: entered('password', await person.askSecretly('Password: ')),
  };
}

function entered(what: string, answer: string): string {
  if (answer === '') throw new WrongUsageError(`give the ${what}`);
  return answer;
}

/** Somebody at the terminal, which echoes nothing by itself as long as they are asked. stdout is for results alone. */
class Person implements Disposable {
  #isSecret = false;
  readonly #readline = createInterface({
    input: process.stdin,
    output: new Writable({
      write: (chunk, _encoding, done) => {
        if (!this.#isSecret) process.stderr.write(chunk);
        done();
      },
    }),
    terminal: true,
    historySize: 0,
  });
  readonly #left = Promise.withResolvers<never>();

  constructor() {
    this.#left.promise.catch(() => undefined);
    this.#readline.once('close', () => this.#left.reject(new Error('Nothing was entered.')));
    // A terminal that is read key by key sends no signal by itself.
    this.#readline.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  }

  [Symbol.dispose](): void {
    this.#readline.close();
  }

  ask(prompt: string): Promise<string> {
    return Promise.race([this.#readline.question(prompt), this.#left.promise]);
  }

  /** What is typed is shown nowhere. */
  async askSecretly(prompt: string): Promise<string> {
    process.stderr.write(prompt);
    this.#isSecret = true;
    try {
      return await this.ask('');
    } finally {
      this.#isSecret = false;
      process.stderr.write('\n');
    }
  }
}
