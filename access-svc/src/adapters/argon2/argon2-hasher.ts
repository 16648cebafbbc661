import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Slots } from '@vigie/service-kit/async';
import type { PasswordHasher } from '../../ports/password-hasher.ts';

/** https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id */
const COST = { memory: 19_456, passes: 2, parallelism: 1 };
const NONCE_BYTES = 16;
const TAG_BYTES = 32;
/** 40 MiB, and as many threads of libuv's pool, which has four. */
const AT_ONCE = 2;

/** https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md, Argon2 version 1.3 */
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/;

const derive = promisify(argon2);

type Cost = typeof COST;

/** Argon2id (RFC 9106) of `node:crypto`. Passwords that look the same are the same (NFKC). */
export class Argon2Hasher implements PasswordHasher {
  readonly #slots = new Slots(AT_ONCE);
  readonly #cost: Cost;

  constructor(cost: Cost = COST) {
    this.#cost = cost;
  }

  async hash(password: string, signal: AbortSignal): Promise<string> {
    const nonce = randomBytes(NONCE_BYTES);
    const tag = await this.#derive(password, nonce, this.#cost, signal);
    return `${this.#head}${encode(nonce)}$${encode(tag)}`;
  }

  async verify(password: string, hash: string | undefined, signal: AbortSignal): Promise<boolean> {
    const [, memory, passes, parallelism, nonce = '', tag = ''] = PHC.exec(hash ?? '') ?? [];
    if (memory === undefined) {
      await this.#derive(password, randomBytes(NONCE_BYTES), this.#cost, signal);
      return false;
    }
    const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
    const expected = Buffer.from(tag, 'base64');
    const found = await this.#derive(password, Buffer.from(nonce, 'base64'), cost, signal);
    return found.byteLength === expected.byteLength && timingSafeEqual(found, expected);
  }

  isOutdated(hash: string): boolean {
    return !hash.startsWith(this.#head);
  }

  get #head(): string {
    const { memory, passes, parallelism } = this.#cost;
    return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$`;
  }

  async #derive(password: string, nonce: Buffer, cost: Cost, signal: AbortSignal): Promise<Buffer> {
    using _ = await this.#slots.take(signal);
    const message = password.normalize('NFKC');
    return derive('argon2id', { message, nonce, tagLength: TAG_BYTES, ...cost });
  }
}

/** Base64 without padding. */
function encode(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
