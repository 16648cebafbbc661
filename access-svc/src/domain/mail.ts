import { DEFAULT_TENANT } from '@vigie/access/tenants';
import type { UserAddress } from './user.ts';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

const IGNORE = 'If it was not you, do nothing: without the link nothing happens.';

/** To who has registered. @param publicUrl of the gateway */
export function confirmationMail(to: string, publicUrl: string, token: string): Mail {
  return {
    to,
    subject: 'Confirm your address for Vigie',
    text: `Somebody, presumably you, has registered for Vigie with this address. Confirm it within a day, by the
password that you have registered with:

${publicUrl}/account#confirm=${token}

${IGNORE}
`,
  };
}

/** To who has registered with the address of a user. */
export function knownAddressMail(to: string): Mail {
  return {
    to,
    subject: 'You have registered for Vigie before',
    text: `Somebody, presumably you, has registered for Vigie with this address, which is a user's already. Log in with your
password; if you don't know it any more, ask for a mail to set another one. If it was not you, do nothing.
`,
  };
}

/** To who has forgotten the password. */
export function resetMail(to: string, publicUrl: string, token: string): Mail {
  return {
    to,
    subject: 'Your password for Vigie',
    text: `Somebody, presumably you, wants to set another password for Vigie. Do so within an hour:

${publicUrl}/account#reset=${token}

${IGNORE}
`,
  };
}

/** To who was made a user by an admin. */
export function invitationMail({ tenant, email }: UserAddress, publicUrl: string, token: string): Mail {
  const name = tenant === DEFAULT_TENANT ? 'this address as your name' : `this address as your name, tenant ${tenant}`;
  return {
    to: email,
    subject: 'Your access to Vigie',
    text: `You may use Vigie, with ${name}. Set a password within a week:

${publicUrl}/account#reset=${token}
`,
  };
}
