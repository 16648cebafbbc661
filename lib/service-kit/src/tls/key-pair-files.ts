import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { KeyPair } from '../http-listener/tls/tls-acceptor.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface KeyPairPaths {
  readonly certFile: string;
  readonly keyFile: string;
  /** Of the authorities that those at the other end are to be signed by. */
  readonly caFile?: string;
}

export interface LoadedKeyPair extends KeyPair {
  readonly validFrom: Date;
  readonly validTo: Date;
}

export interface KeyPairFilesOptions extends KeyPairPaths {
  readonly logger: Logger;
  /** How often the files are read. */
  readonly pollMs?: number;
}

/** Reading two small files costs next to nothing, and notices every way in which files are replaced. */
const POLL_MS = 2_000;
const DAY_MS = 86_400_000;
const MAX_WARNING_MS = 14 * DAY_MS;
/** Of how long a certificate holds in all: there are some that hold for a week. */
const WARNING_PART = 0.25;

/**
 * A certificate, its key and what else goes with them, read again and again. Others are taken up once two looks at the
 * files, one after the other, have found the same: whoever writes them may be in the middle of it.
 */
export class KeyPairFiles implements Disposable {
  readonly #options: KeyPairFilesOptions;
  readonly #timer: NodeJS.Timeout;
  #current: LoadedKeyPair;
  /** What the latest look has found. */
  #seen: string;
  /** What has been dealt with. */
  #settled: string;
  #warnedAt: number | undefined;
  #isDisposed = false;
  readonly #followers: ((keyPair: KeyPair) => void)[] = [];
  /** How often others have been taken up, or refused. */
  readonly reloads = { succeeded: 0, failed: 0 };

  /** @throws Error naming the files and what is wrong with them */
  static async open(options: KeyPairFilesOptions): Promise<KeyPairFiles> {
    try {
      return new KeyPairFiles(options, parseKeyPair(await readFiles(options)));
    } catch (error) {
      const { certFile, keyFile, caFile } = options;
      const files = [certFile, keyFile, caFile].filter(file => file !== undefined).join(' and ');
      throw new Error(`TLS with ${files}: ${(error as Error).message}`, { cause: error });
    }
  }

  private constructor(options: KeyPairFilesOptions, first: LoadedKeyPair) {
    this.#options = options;
    this.#current = first;
    this.#seen = this.#settled = fingerprint(first);
    this.#warnOfExpiry();
    this.#timer = setTimeout(() => void this.#lookAgain(), options.pollMs ?? POLL_MS).unref();
  }

  get current(): LoadedKeyPair {
    return this.#current;
  }

  /** @param onReplaced takes up another pair, and may throw to refuse it */
  follow(onReplaced: (keyPair: KeyPair) => void): void {
    this.#followers.push(onReplaced);
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  /** The next look waits for this one: two at once would find the same. */
  async #lookAgain(): Promise<void> {
    await this.#look();
    if (!this.#isDisposed) this.#timer.refresh();
  }

  async #look(): Promise<void> {
    this.#warnOfExpiry();
    let problem: unknown;
    const found = await readFiles(this.#options).catch((error: unknown) => {
      problem = error;
      return undefined;
    });
    const seen = found === undefined ? String(problem) : fingerprint(found);
    const isSettled = seen === this.#seen;
    this.#seen = seen;
    if (!isSettled || seen === this.#settled) return;
    this.#settled = seen;
    try {
      if (found === undefined) throw problem;
      this.#replace(found);
    } catch (error) {
      this.#refuse(error as Error);
    }
  }

  #replace(found: KeyPair): void {
    const loaded = parseKeyPair(found);
    // An expired one is of use only if there is no other.
    if (loaded.validTo.getTime() <= Date.now()) throw new Error(`it expired on ${loaded.validTo.toISOString()}`);
    for (const follower of this.#followers) follower(loaded);
    this.#current = loaded;
    this.#warnedAt = undefined;
    this.reloads.succeeded++;
    const { certFile } = this.#options;
    this.#options.logger.info({ certFile, validTo: loaded.validTo }, 'took up another TLS certificate');
  }

  #refuse({ message }: Error): void {
    this.reloads.failed++;
    const { logger, certFile, keyFile, caFile } = this.#options;
    const details = { certFile, keyFile, caFile, validTo: this.#current.validTo };
    logger.error(details, `the TLS certificate stays as it was, as another can't be used: ${message}`);
  }

  /** Once a day. */
  #warnOfExpiry(): void {
    const { validFrom, validTo } = this.#current;
    const warningMs = Math.min(MAX_WARNING_MS, WARNING_PART * (validTo.getTime() - validFrom.getTime()));
    const leftMs = validTo.getTime() - Date.now();
    if (leftMs > warningMs || (this.#warnedAt !== undefined && Date.now() - this.#warnedAt < DAY_MS)) return;
    this.#warnedAt = Date.now();
    const { logger, certFile } = this.#options;
    logger.warn(
      { certFile, validTo },
      leftMs > 0 ? 'the TLS certificate expires soon' : 'the TLS certificate has expired',
    );
  }
}

async function readFiles({ certFile, keyFile, caFile }: KeyPairPaths): Promise<KeyPair> {
  return {
    cert: await readFile(certFile, 'utf8'),
    key: await readFile(keyFile, 'utf8'),
    ca: caFile === undefined ? undefined : await readFile(caFile, 'utf8'),
  };
}

function fingerprint({ cert, key, ca }: KeyPair): string {
  return [cert, key, ca].join('\0');
}

/** @throws Error saying what is wrong */
function parseKeyPair(keyPair: KeyPair): LoadedKeyPair {
  // Also whether the two belong together; but Node takes an empty key for none.
  createSecureContext(keyPair);
  createPrivateKey(keyPair.key);
  if (keyPair.ca !== undefined) requireAuthorities(keyPair.ca);
  const { validFromDate, validToDate } = new X509Certificate(keyPair.cert);
  return { ...keyPair, validFrom: validFromDate, validTo: validToDate };
}

/** Node would leave out what is no certificate, and nobody be trusted. */
function requireAuthorities(ca: string): void {
  const parts = ca.split(/^(?=-----BEGIN )/m).filter(part => part.startsWith('-----BEGIN '));
  if (parts.length === 0) throw new Error('there is no certificate of an authority');
  for (const part of parts) new X509Certificate(part);
}
