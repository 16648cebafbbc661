import { readFile, rename, writeFile } from 'node:fs/promises';
import type { AlertStatus, WatchEvent } from '@vigie/client';
import { alertRow } from '../alert-rows.ts';
import type { Command, CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { LABEL, STORE, statusOption } from '../filter-options.ts';
import { noArgs } from '../only-arg.ts';
import type { Output } from '../output.ts';

const OUTCOMES: readonly AlertStatus[] = ['PROCESSED', 'FAILED', 'QUARANTINED'];

export const watch: Command = {
  name: 'watch',
  summary: 'shows outcomes as they are found, until Ctrl-C',
  details:
    'When the connection is lost, it connects again and goes on where it was. With --json a line is an event, as\n' +
    'over REST: {"event":"OUTCOME","resumeToken":...,"alert":...}; GAP says that outcomes may be missing.',
  options: [
    STORE,
    LABEL,
    statusOption(OUTCOMES),
    {
      name: 'resume',
      value: 'FILE',
      isFile: true,
      help: 'keeps its place in this file, and goes on there the next time',
    },
    { name: 'count', value: 'N', help: 'ends after so many outcomes' },
  ],
  onlyReads: true,
  async run(context) {
    noArgs(context.args);
    const { client, values, output } = context;
    const count = values.count('count');
    let seen = 0;
    for await (const event of client.watch(filterOf(context), {
      resumeToken: await readToken(values.text('resume')),
    })) {
      show(event, output);
      await keepToken(values.text('resume'), event);
      if (event.event === 'OUTCOME') seen += 1;
      if (count !== undefined && seen >= count) break;
    }
    return EXIT.done;
  },
};

function filterOf({ values }: CommandContext) {
  return {
    stores: values.texts('store'),
    labels: values.texts('label'),
    statuses: values.names('status', OUTCOMES),
  };
}

function show(event: WatchEvent, output: Output): void {
  if (output.json) output.value(event);
  else if (event.event === 'OUTCOME') output.rows([alertRow(event.alert)]);
  if (event.event === 'READY') output.note('Watching.');
  if (event.event === 'GAP') {
    output.note(`Outcomes may be missing here (${event.reason}): list the alerts since the last one.`);
  }
}

async function readToken(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return (await readFile(file, 'utf8')).trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole or not at all, whenever the process ends. */
async function keepToken(file: string | undefined, { resumeToken }: WatchEvent): Promise<void> {
  if (file === undefined || resumeToken === '') return;
  await writeFile(`${file}.new`, `${resumeToken}\n`);
  await rename(`${file}.new`, file);
}
