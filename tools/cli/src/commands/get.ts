import { alertFields } from '../alert-rows.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { onlyArg } from '../only-arg.ts';
import { outcomeOf, WAIT } from '../outcome.ts';

export const get: Command = {
  name: 'get',
  args: 'UID',
  summary: 'shows an alert',
  details: 'With --wait it ends with 1 if there is no outcome in that time. FAILED and QUARANTINED are outcomes too.',
  options: [WAIT],
  onlyReads: true,
  async run({ client, values, args, output }) {
    const uid = onlyArg(args, 'UID');
    const waitMs = values.durationMs('wait');
    const alert = waitMs === undefined ? await client.get(uid) : await outcomeOf(client, uid, waitMs);
    if (output.json) output.value(alert);
    else output.rows(alertFields(alert));
    if (waitMs === undefined || alert.status !== 'RECEIVED') return EXIT.done;
    output.note(`${uid} has no outcome yet.`);
    return EXIT.failed;
  },
};
