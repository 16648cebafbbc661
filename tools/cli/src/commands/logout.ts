import { VigieError } from '@vigie/client';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { noArgs } from '../only-arg.ts';

export const logout: Command = {
  name: 'logout',
  summary: 'ends the session of vigie login, and forgets it',
  details: 'It is forgotten here even if the gateway can not be told, which the exit status says.',
  options: [],
  onlyReads: false,
  async run({ client, session, url, args, output }) {
    noArgs(args);
    try {
      const wasLoggedIn = await session.forget(refreshToken => client.account.logOut(refreshToken));
      if (output.json) output.value({ url, loggedOut: wasLoggedIn });
      else output.rows([[wasLoggedIn ? 'logged out' : 'not logged in', url]]);
      return EXIT.done;
    } catch (error) {
      if (error instanceof VigieError) {
        output.note(
          'The session is forgotten here, but the gateway was not told: there it goes on for 30 days at most.',
        );
      }
      throw error;
    }
  },
};
