import type { JetStreamClient, JsMsg } from '@nats-io/jetstream';
import { headersOf, publishStored, traceHeaders } from '@vigie/service-kit/nats';
import { alertKey } from '../alert.ts';
import { contentHash } from '../alert-content.ts';
import type { FinishedAlert } from '../alert-record.ts';
import { encodeOutcomePayload } from '../wire/alert-payload.ts';
import { MESSAGE_ID } from './alert-message-id.ts';
import { subjects } from './subjects.ts';

/** A publish that is lost in a reconnect gets no ack: publishing again helps sooner than waiting longer. */
const PUB_ACK_TIMEOUT_MS = 5_000;

/**
 * Publishes in the current trace that an alert is PROCESSED or FAILED. Resolves once that is on disk.
 *
 * @param isAgain the event was published before and is not in the stream: the stream may still know its id, and would
 * take it for a duplicate
 */
export async function publishOutcomeEvent(
  client: JetStreamClient,
  record: FinishedAlert,
  isAgain = false,
): Promise<void> {
  const { alert, outcome } = record;
  const subject = outcome.status === 'PROCESSED' ? subjects.processed(alert) : subjects.failed(alert);
  await publishStored(client, subject, encodeOutcomePayload(record), {
    msgID: isAgain ? `again.${eventId(record)}` : eventId(record),
    headers: traceHeaders(),
    timeout: PUB_ACK_TIMEOUT_MS,
  });
}

/**
 * The position in the stream of alerts of the message whose outcome an event reports, by its headers alone; undefined
 * for an event that was published by hand.
 */
export function reportedSequence(event: Pick<JsMsg, 'headers'>): number | undefined {
  const id = headersOf(event)?.get(MESSAGE_ID) ?? '';
  const sequence = /\.(?:PROCESSED|FAILED)\.(\d{1,15})$/.exec(id)?.[1];
  return sequence === undefined ? undefined : Number(sequence);
}

/** A message that is delivered again publishes its outcome once; one that was replayed is another message. */
function eventId({ alert, outcome, sequence }: FinishedAlert): string {
  return `${alertKey(alert)}.${contentHash(alert)}.${outcome.status}.${sequence}`;
}
