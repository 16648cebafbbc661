import { createVigieClient, type VigieError } from '@vigie/client';
import type { CommandContext } from './command.ts';
import type { Output } from './output.ts';
import { Session } from './session/session.ts';
import { SessionFile } from './session/session-file.ts';
import type { Values } from './values.ts';
import { WrongUsageError } from './wrong-usage-error.ts';

const DEFAULT_URL = 'http://127.0.0.1:8000';
/** A watch is tried again for long: only the first time is worth a line. */
const QUIET_AFTER_MS = 10_000;

/** The gateway that a call is for, and what is shown to it: what the call gives, else the session of vigie login. */
export function connect(values: Values, output: Output): Pick<CommandContext, 'client' | 'url' | 'token' | 'session'> {
  const { VIGIE_URL, VIGIE_TOKEN } = process.env;
  const url = values.text('url') ?? (VIGIE_URL || DEFAULT_URL);
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new WrongUsageError(`--url ${url}: give a URL like ${DEFAULT_URL}`);
  }
  let noted = Number.NEGATIVE_INFINITY;
  const onRetry = ({ message }: VigieError) => {
    if (performance.now() - noted < QUIET_AFTER_MS) return;
    noted = performance.now();
    output.note(`${message} Trying again ...`);
  };
  const timeoutMs = values.durationMs('timeout');
  // The call that needs a token is repeated, and with it the refresh.
  const { account } = createVigieClient({ url, timeoutMs, retry: { maxAttempts: 1 } });
  const session = new Session(account, new SessionFile(url));
  const given = values.text('token') ?? (VIGIE_TOKEN || undefined);
  const token = given === undefined ? () => session.token() : () => given;
  return { client: createVigieClient({ url, token, timeoutMs, retry: { onRetry } }), url, token, session };
}
