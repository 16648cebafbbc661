import type { JsMsg } from '@nats-io/jetstream';
import { headersOf } from '@vigie/service-kit/nats';
import { type Alert, alertKey } from '../alert.ts';
import { contentHash } from '../alert-content.ts';

export const MESSAGE_ID = 'Nats-Msg-Id';

/**
 * `Nats-Msg-Id` of an alert as clients send it: of one uid of a tenant, each content is kept once within the duplicate
 * window, and the store decides for ever which of two contents is current.
 */
export function alertMessageId(alert: Alert): string {
  return `${alertKey(alert)}.${contentHash(alert)}`;
}

/**
 * Whether a message on `alerts.received.*` was published to have its alert probed again: replayed, redriven or by hand.
 * A client that sends an alert once more, however late, doesn't ask for that.
 */
export function isReplay(message: Pick<JsMsg, 'headers'>, alert: Alert): boolean {
  return headersOf(message)?.get(MESSAGE_ID) !== alertMessageId(alert);
}
