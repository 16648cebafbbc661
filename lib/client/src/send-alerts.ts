import { create, toBinary } from '@bufbuild/protobuf';
import { type Alert as AlertMessage, AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  type AlertResult,
  AlertService,
  BatchCreateAlertsRequestSchema,
  CreateAlertResponseSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { batchesOf } from './batches.ts';
import type { CallOptions, Connection } from './connection.ts';
import { messageOf, plainOf } from './plain-messages.ts';
import type { Accepted, NewAlert, SendResult } from './resources.ts';
import { errorOfStatus, VigieError, vigieErrorOf } from './vigie-error.ts';

/** An alert of a batch, and what became of it. */
interface Item<A> {
  readonly alert: A;
  readonly message: AlertMessage | undefined;
  accepted?: Accepted;
  error?: VigieError;
}

/** The message of an alert. @throws VigieError INVALID_ARGUMENT */
export function alertMessage(alert: NewAlert): AlertMessage {
  const { timestamp } = alert;
  return messageOf(AlertSchema, {
    ...alert,
    timestamp: timestamp instanceof Date ? timestamp.getTime() / 1_000 : timestamp,
  });
}

/** Sends alerts in batches, one after the other. Yields what became of each, in their order. */
export async function* sendAlerts<A extends NewAlert>(
  connection: Connection,
  alerts: Iterable<A> | AsyncIterable<A>,
  options: CallOptions,
): AsyncGenerator<SendResult<A>, void, undefined> {
  for await (const batch of batchesOf(itemsOf(alerts), sizeOf)) {
    await sendBatch(connection, batch, options);
    yield* batch.map(resultOf);
  }
}

/** An alert that can't be sent is refused alone, as the server would. */
async function* itemsOf<A extends NewAlert>(alerts: Iterable<A> | AsyncIterable<A>): AsyncGenerator<Item<A>> {
  for await (const alert of alerts) {
    try {
      yield { alert, message: alertMessage(alert) };
    } catch (error) {
      yield { alert, message: undefined, error: vigieErrorOf(error) };
    }
  }
}

function sizeOf({ message }: Item<NewAlert>): number {
  return message === undefined ? 0 : toBinary(AlertSchema, message).byteLength;
}

/** Sends those again that are refused for now. @throws VigieError if there is no answer at all */
async function sendBatch(connection: Connection, items: readonly Item<NewAlert>[], options: CallOptions) {
  let pending = items.filter(({ message }) => message !== undefined);
  const send = async (timeoutMs: number) => {
    if (pending.length === 0) return;
    const alerts = pending.map(({ message }) => message as AlertMessage);
    const request = create(BatchCreateAlertsRequestSchema, { alerts });
    const attempt = { signal: options.signal, timeoutMs };
    const { results } = await connection.attempt(AlertService.method.batchCreateAlerts, request, attempt);
    for (const [index, item] of pending.entries()) settle(item, results[index]);
    pending = pending.filter(({ error }) => error?.retryable);
    if (pending[0]?.error !== undefined) throw pending[0].error;
  };
  try {
    await connection.repeat(send, options);
  } catch (error) {
    if (options.signal?.aborted || pending.some(item => item.error === undefined)) throw error;
  }
}

function settle(item: Item<NewAlert>, result: AlertResult | undefined): void {
  if (result?.outcome.case === 'accepted') {
    item.accepted = plainOf(CreateAlertResponseSchema, result.outcome.value);
    delete item.error;
  } else if (result?.outcome.case === 'error') item.error = errorOfStatus(result.outcome.value);
  else item.error = new VigieError({ code: 'INTERNAL', reason: '', message: 'The answer leaves this alert out.' });
}

function resultOf<A>({ alert, accepted, error }: Item<A>): SendResult<A> {
  return error === undefined ? { alert, accepted: accepted as Accepted } : { alert, error };
}
