import type { Command, Option } from './command.ts';
import { deleteCommand, purge } from './commands/delete.ts';
import { get } from './commands/get.ts';
import { keys } from './commands/keys.ts';
import { list } from './commands/list.ts';
import { login } from './commands/login.ts';
import { logout } from './commands/logout.ts';
import { poster } from './commands/poster.ts';
import { discard, quarantine, redrive } from './commands/quarantine.ts';
import { replay } from './commands/replay.ts';
import { send } from './commands/send.ts';
import { summary } from './commands/summary.ts';
import { tenants } from './commands/tenants.ts';
import { watch } from './commands/watch.ts';
import { whoami } from './commands/whoami.ts';

/** What calls Vigie. Help and completion are made of it. */
export const COMMANDS: readonly Command[] = [
  send,
  watch,
  list,
  get,
  summary,
  poster,
  replay,
  quarantine,
  redrive,
  discard,
  deleteCommand,
  purge,
  keys,
  tenants,
  login,
  logout,
  whoami,
];

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What calls nothing. */
export const OWN_COMMANDS: readonly Pick<Command, 'name' | 'args' | 'argChoices' | 'summary' | 'options'>[] = [
  {
    name: 'completion',
    args: SHELLS.join('|'),
    argChoices: SHELLS,
    summary: 'prints a script that completes commands and options',
    options: [],
  },
  {
    name: 'help',
    args: 'COMMAND',
    argChoices: COMMANDS.map(({ name }) => name),
    summary: 'explains a command',
    options: [],
  },
];

/** Of every command. */
export const GLOBAL_OPTIONS: readonly Option[] = [
  { name: 'url', value: 'URL', help: 'where the gateway is (VIGIE_URL, or http://127.0.0.1:8000)' },
  { name: 'token', value: 'TOKEN', help: 'an API key, in place of the session of vigie login (VIGIE_TOKEN)' },
  { name: 'timeout', value: 'DURATION', help: 'how long a call may take, with all its attempts (30s)' },
  { name: 'json', help: 'prints JSON, one value a line' },
  { name: 'help', short: 'h', help: 'explains the command' },
];
