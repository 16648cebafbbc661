import { createTransport, type Transporter } from 'nodemailer';
import type { Mail } from '../../domain/mail.ts';
import type { Mailer } from '../../ports/mailer.ts';

const TIMEOUT_MS = 10_000;

/** Gives mails to a server. */
export class SmtpMailer implements Mailer {
  readonly #transport: Transporter;

  /** @param url `smtps://user:password@host:port`; `smtp:` speaks TLS once the server offers it */
  constructor(url: string, from: string) {
    const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS };
    this.#transport = createTransport({ url, ...timeouts }, { from });
  }

  async send(mail: Mail): Promise<void> {
    await this.#transport.sendMail({ ...mail });
  }
}
