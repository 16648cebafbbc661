import type { DescMethod, Message } from '@bufbuild/protobuf';
import {
  type BatchCreateAlertsResponse,
  BatchCreateAlertsResponseSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { fromStatus } from '@vigie/service-kit/grpc';
import type { Exchange } from '../exchange.ts';
import { holdsSecret } from '../holds-secret.ts';
import { httpStatusOf } from '../http-status.ts';

/** They say "try again": a body that is slow, too early, too much at once, and a client that left. */
const TRY_AGAIN: readonly number[] = [408, 425, 429, 499];

/** Whether a repeat of the request would get the same answer; not if it says "try again", or Vigie failed. */
export function isFinal(status: number): boolean {
  return status < 500 && !TRY_AGAIN.includes(status);
}

/**
 * Notes what an answer is to those that repeat its request. A batch with items that say "try again" is carried out
 * again: those that were accepted are known by their uid.
 */
export function noteAnswer({ attempt }: Exchange, { output }: DescMethod, message: Message): void {
  if (attempt === undefined) return;
  if (holdsItemsToRetry(message)) attempt.isFinal = false;
  if (holdsSecret(output)) attempt.isSecret = true;
}

function holdsItemsToRetry(message: Message): boolean {
  if (message.$typeName !== BatchCreateAlertsResponseSchema.typeName) return false;
  return (message as BatchCreateAlertsResponse).results.some(
    ({ outcome }) => outcome.case === 'error' && !isFinal(httpStatusOf(fromStatus(outcome.value))),
  );
}
