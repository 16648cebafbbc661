import { confirmationMail, knownAddressMail } from '../domain/mail.ts';
import { requireGoodPassword } from '../domain/password.ts';
import { newMailToken } from '../domain/tokens.ts';
import { UserRefusedError } from '../domain/user-errors.ts';
import type { Attempts } from '../ports/attempts.ts';
import type { PasswordHasher } from '../ports/password-hasher.ts';
import type { UserStore } from '../ports/user-store.ts';
import type { Outbox } from './outbox.ts';

const CONFIRM_MS = 24 * 60 * 60_000;

export interface RegisterParts {
  readonly users: Pick<UserStore, 'register'>;
  readonly passwords: Pick<PasswordHasher, 'hash'>;
  readonly outbox: Pick<Outbox, 'post'>;
  /** Of mails to an address. */
  readonly mails: Pick<Attempts, 'count'>;
  readonly isRegistrationOn: boolean;
  readonly publicUrl: string;
}

/**
 * Whether the address is a user's is found out after the answer.
 *
 * @throws UserRefusedError REGISTRATION_OFF, InvalidPasswordError, TooManyAttemptsError
 */
export type Register = (email: string, password: string, signal: AbortSignal) => Promise<void>;

export function createRegister(parts: RegisterParts): Register {
  const { users, passwords, outbox, mails, isRegistrationOn, publicUrl } = parts;
  return async (email, password, signal) => {
    if (!isRegistrationOn) {
      throw new UserRefusedError('REGISTRATION_OFF', 'Nobody registers here by themselves: ask for an invitation.');
    }
    requireGoodPassword('password', password, email);
    await mails.count(email);
    const passwordHash = await passwords.hash(password, signal);
    const id = crypto.randomUUID();
    const { text, sha256 } = newMailToken();
    outbox.post(async () => {
      const isKept = await users.register(id, email, passwordHash, { sha256, lifetimeMs: CONFIRM_MS });
      return isKept ? confirmationMail(email, publicUrl, text) : knownAddressMail(email);
    });
  };
}
