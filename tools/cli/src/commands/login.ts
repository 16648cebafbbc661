import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { noArgs } from '../only-arg.ts';
import { accessTokenClaims } from '../session/access-token-claims.ts';
import { askCredentials } from '../session/ask-credentials.ts';

export const login: Command = {
  name: 'login',
  summary: 'begins a session with the gateway, which all commands use from then on',
  details:
    'Asks for what it is not given. The session is kept in $XDG_CONFIG_HOME/vigie, or ~/.config/vigie, one for each\n' +
    '--url; it goes on for as long as it is used once in 30 days. --token and VIGIE_TOKEN come before it.',
  options: [
    { name: 'email', value: 'ADDRESS', help: 'of the user' },
    { name: 'tenant', value: 'ID', help: 'whose user it is (default)' },
    { name: 'password-stdin', help: 'reads the password from stdin, for scripts' },
  ],
  onlyReads: false,
  async run({ client, session, url, values, args, output }) {
    noArgs(args);
    const isPasswordOnStdin = values.flag('password-stdin');
    const credentials = await askCredentials({ email: values.text('email'), isPasswordOnStdin });
    const { email } = credentials;
    const askedAt = Date.now();
    const tokens = await client.account.logIn({ ...credentials, tenant: values.text('tenant') });
    await session.keep(email, tokens, askedAt);
    const { scopes } = accessTokenClaims(tokens.accessToken);
    if (output.json) output.value({ url, email, scopes });
    else output.rows([['logged in', email, scopes.join()]]);
    if (scopes.length === 0) output.note('You may do nothing yet: an admin has to give you a role.');
    if (process.env.VIGIE_TOKEN) output.note('VIGIE_TOKEN is set, and comes before the session: unset it.');
    return EXIT.done;
  },
};
