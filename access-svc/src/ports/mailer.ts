import type { Mail } from '../domain/mail.ts';

export interface Mailer {
  /** Resolves once the mail is in other hands. Throws whatever there is to throw. */
  send(mail: Mail): Promise<void>;
}
