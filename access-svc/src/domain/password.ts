import { InvalidPasswordError, type PasswordField } from './user-errors.ts';

/**
 * Of lists of passwords that leaked most often, those that are long enough to get here and are no repetition. More of
 * them would help little: guesses are counted.
 */
const COMMON = new Set(
  `1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qaz2wsx3edc 1qazxsw23edc zaq12wsxcde3 q1w2e3r4t5y6 qazwsxedcrfv qwerty123456
  qwertyuiop12 qwertyuiop123 qwertyuiop[] qwerty12345678 asdfghjkl123 asdfghjkl;' zxcvbnm12345 123456789012
  1234567890123 12345678901234 123456789abc 1234567890qwe 123qweasdzxc abcdefghijkl abcdefghijklm abc123456789
  password1234 password12345 password123456 password2024 password2025 password2026 password123! passw0rd1234
  p@ssw0rd1234 p@ssword1234 mypassword123 thisisapassword changeme1234 changemeplease letmein12345 letmeinplease
  welcome12345 welcome123456 iloveyou1234 iloveyouforever administrator administrator1 adminadmin123 admin1234567
  trustno11234 sunshine1234 princess1234 football1234 baseball1234 dragon123456 monkey123456 master123456
  superman1234 batman123456 michael12345 charlie12345 liverpool123 chelsea12345 arsenal12345 manchesterunited
  starwars1234 pokemon12345 computer1234 internet1234 whatever1234 unbelievable correcthorsebatterystaple`.split(/\s+/),
);

/** Up to eight characters, again and again. */
const REPETITION = /^(.{1,8})\1+$/u;

/**
 * How long one has to be stands in the protos; what it has to be made of, nowhere (NIST SP 800-63B, section 3.1.1.2).
 *
 * @throws InvalidPasswordError
 */
export function requireGoodPassword(field: PasswordField, password: string, email: string): void {
  const text = password.toLowerCase();
  if (text === email) throw new InvalidPasswordError(field, 'must not be the e-mail address');
  if (COMMON.has(text) || REPETITION.test(text)) {
    throw new InvalidPasswordError(field, 'is one of those that are tried first; take several words');
  }
}
