import { expect } from 'chai';
import { requireGoodPassword } from './password.ts';

const EMAIL = 'ada.lovelace@example.com';

describe('a password', () => {
  it('may be made of anything', () => {
    for (const password of [
      'correct horse battery',
      'zwölf Zeichen',
      '🎥🎞️📷 und mehr davon',
      'aaaaaaaaaaab',
      ' '.repeat(3).concat('a sentence.'),
    ]) {
      requireGoodPassword('password', password, EMAIL);
    }
  });

  it('is not the e-mail address, one that everybody tries, nor a few characters again and again', () => {
    for (const password of [EMAIL, EMAIL.toUpperCase(), 'Password1234', '1Q2W3E4R5T6Y', 'administrator']) {
      expect(() => requireGoodPassword('password', password, EMAIL), password).to.throw();
    }
    for (const password of ['aaaaaaaaaaaa', '123123123123', 'passwordpassword', '🎥'.repeat(12)]) {
      expect(() => requireGoodPassword('newPassword', password, EMAIL), password)
        .to.throw(/tried first/)
        .with.property('field', 'newPassword');
    }
  });
});
