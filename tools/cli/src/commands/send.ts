import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Accepted, Alert, NewAlert, SendResult, VigieError } from '@vigie/client';
import type { Command, CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { onlyArg } from '../only-arg.ts';
import { outcomeOf, WAIT } from '../outcome.ts';
import type { Output } from '../output.ts';
import { readAlerts } from '../read-alerts.ts';
import { readLabels } from '../read-values.ts';
import { WrongUsageError } from '../wrong-usage-error.ts';

/** The options that describe one alert. */
const FIELDS = ['uid', 'video', 'timestamp', 'store', 'label'];

export const send: Command = {
  name: 'send',
  args: 'FILE|-',
  takesFiles: true,
  summary: 'sends alerts: of a file, of stdin (-), or one by its fields',
  details:
    'A file has an alert a line (NDJSON), or a JSON array of alerts. Sending an alert again does no harm: it is stored\n' +
    'once. Ends with 1 if an alert is refused, or has no outcome in the time of --wait.',
  options: [
    { name: 'video', value: 'PATH', help: 'where the clip is on the video server' },
    { name: 'store', value: 'NAME', help: 'the store' },
    { name: 'uid', value: 'UID', help: 'the alert is known by it for ever; a random one if absent' },
    { name: 'timestamp', value: 'TIME', help: 'when it happened; now if absent' },
    { name: 'label', value: 'K=V', isRepeated: true, help: 'to find the alert by' },
    WAIT,
  ],
  onlyReads: false,
  async run(context) {
    const waitMs = context.values.durationMs('wait');
    const counts = { accepted: 0, duplicate: 0, refused: 0, unfinished: 0 };
    for await (const result of context.client.sendAll(alertsOf(context))) {
      const { accepted } = result;
      const alert =
        accepted && waitMs !== undefined ? await outcomeOf(context.client, accepted.uid, waitMs) : undefined;
      print(result, alert, context.output);
      if (accepted === undefined) counts.refused += 1;
      else counts[accepted.duplicate ? 'duplicate' : 'accepted'] += 1;
      if (alert?.status === 'RECEIVED') counts.unfinished += 1;
    }
    const shown = Object.entries(counts).filter(([, count]) => count > 0);
    context.output.note(shown.map(([what, count]) => `${count} ${what}`).join(', ') || 'There were no alerts.');
    return counts.refused + counts.unfinished > 0 ? EXIT.failed : EXIT.done;
  },
};

function alertsOf({ args, values }: CommandContext): AsyncIterable<NewAlert> | Iterable<NewAlert> {
  const given = FIELDS.filter(name => values.has(name));
  if (given.length === 0) {
    const file = onlyArg(args, 'FILE, - for stdin, or --video and --store');
    return readAlerts(file === '-' ? process.stdin : createReadStream(file));
  }
  if (args.length > 0) throw new WrongUsageError(`give a file or --${given[0]}, not both`);
  const { video, store } = { video: values.text('video'), store: values.text('store') };
  if (video === undefined || store === undefined) throw new WrongUsageError('an alert needs --video and --store');
  const timestamp = values.time('timestamp') ?? new Date();
  const labels = readLabels(values.texts('label') ?? []);
  return [{ uid: values.text('uid') ?? randomUUID(), video, store, timestamp, labels }];
}

function print({ alert: { uid }, accepted, error }: SendResult, alert: Alert | undefined, output: Output): void {
  if (output.json) output.value({ uid, accepted, error, alert });
  else output.rows([[stateOf(accepted, alert), String(uid), whyOf(error)]]);
}

function stateOf(accepted: Accepted | undefined, alert: Alert | undefined): string {
  if (accepted === undefined) return 'refused';
  return alert?.status ?? (accepted.duplicate ? 'duplicate' : 'accepted');
}

function whyOf(error: VigieError | undefined): string {
  return error === undefined ? '' : `${error.reason || error.code}: ${error.message}`;
}
