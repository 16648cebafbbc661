import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import type { Mail } from '../../domain/mail.ts';
import type { Mailer } from '../../ports/mailer.ts';

/** Writes mails to a folder as `.eml` files, for their owner alone. */
export class FileMailer implements Mailer {
  readonly #dir: string;
  readonly #transport;

  constructor(dir: string, from: string) {
    this.#dir = dir;
    this.#transport = createTransport({ streamTransport: true, buffer: true }, { from });
  }

  async send(mail: Mail): Promise<void> {
    const { message } = await this.#transport.sendMail({ ...mail });
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const name = `${new Date().toISOString().replaceAll(':', '-')}-${crypto.randomUUID().slice(0, 8)}.eml`;
    await writeFile(path.join(this.#dir, name), message as Buffer, { mode: 0o600, flag: 'wx' });
  }
}
