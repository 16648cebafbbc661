import { isMessage, type Message } from '@bufbuild/protobuf';
import {
  BatchCreateAlertsRequestSchema,
  StreamAlertsRequestSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import type { AdmittedCall } from '@vigie/service-kit/limits';
import type { Exchange } from '../exchange.ts';

/**
 * Counts the alerts that a message brings, so that each costs what it would alone: those of a batch but one, which the
 * call has counted for; each of a stream, which is read no faster than its rate.
 *
 * @throws ConnectError RESOURCE_EXHAUSTED with `google.rpc.RetryInfo` for a batch of which nothing may be taken now
 */
export async function countAlerts({ rate }: Exchange, message: Message, call: AdmittedCall): Promise<void> {
  if (rate === undefined) return;
  if (isMessage(message, StreamAlertsRequestSchema)) return rate.takeWhenFree(1, call);
  if (!isMessage(message, BatchCreateAlertsRequestSchema)) return;
  const more = message.alerts.length - 1;
  if (more > 0) await rate.take(more);
}
