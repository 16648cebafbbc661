import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { noArgs } from '../only-arg.ts';
import { accessTokenClaims } from '../session/access-token-claims.ts';

export const whoami: Command = {
  name: 'whoami',
  summary: 'shows who has logged in, and what that allows',
  details: 'For users: what an API key allows shows vigie keys get ID. Another token follows the one that is shown.',
  options: [],
  onlyReads: true,
  async run({ client, token, url, args, output }) {
    noArgs(args);
    const { id, email, roles } = await client.account.get();
    const { scopes, expiresAt } = accessTokenClaims((await token()) ?? '');
    if (output.json) {
      output.value({ url, id, email, roles, scopes, expiresAt });
      return EXIT.done;
    }
    output.rows([
      ['email', email],
      ['id', id],
      ['roles', roles.join()],
      ['scopes', scopes.join()],
      ['token until', expiresAt],
      ['gateway', url],
    ]);
    return EXIT.done;
  },
};
