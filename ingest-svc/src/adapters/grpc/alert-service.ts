import type { MessageInitShape } from '@bufbuild/protobuf';
import { type AlertInput, type FieldViolation, InvalidAlertError } from '@vigie/alert';
import type { Alert } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import type {
  AlertResultSchema,
  AlertService,
  CreateAlertResponseSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { FairSlots, mapInOrder } from '@vigie/service-kit/async';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import { internalError, toStatus } from '@vigie/service-kit/grpc';
import type { Logger } from '@vigie/service-kit/telemetry';
import { currentTrace, newTrace, withTrace } from '@vigie/service-kit/telemetry';
import { type AcceptAlert, UidTakenError } from '../../application/accept-alert.ts';
import { AlertQueueError } from '../../ports/alert-queue.ts';
import { translateError } from './error-table.ts';
import type { IngestMetrics } from './ingest-metrics.ts';

const MAX_BATCH = 1_000;
/** Characters of the uid of a refused alert that go to the log; none that is accepted has more. */
const MAX_LOGGED_UID = 128;
/** Alerts of one stream that may wait for their PubAck at once. */
const STREAM_PIPELINE = 128;
/**
 * Alerts of all batches and streams that may wait for their PubAck at once. A flood of them waits here, each call in
 * turn, and not in front of every single alert on the connection to nats-server.
 */
const BULK_IN_FLIGHT = 2 * STREAM_PIPELINE;

type Accepted = MessageInitShape<typeof CreateAlertResponseSchema>;
type Result = MessageInitShape<typeof AlertResultSchema>;

export interface AlertServiceParts {
  readonly acceptAlert: AcceptAlert;
  readonly logger: Logger;
  readonly metrics: IngestMetrics;
}

/** The methods of `AlertService` that create alerts; store-svc implements those that read them. */
export type CreateAlertService = Pick<
  ServiceImplementation<typeof AlertService>,
  'createAlert' | 'batchCreateAlerts' | 'streamAlerts'
>;

export function createAlertService(parts: AlertServiceParts): CreateAlertService {
  const { acceptAlert, logger, metrics } = parts;
  const turns = new FairSlots<object>(BULK_IN_FLIGHT);

  async function accept(message: Alert | undefined, signal: AbortSignal): Promise<Accepted> {
    try {
      const alert = requireAlert(message);
      const { duplicate } = await acceptAlert(alert, signal);
      metrics.countAccepted(duplicate);
      logger.info({ uid: alert.uid, store: alert.store, duplicate }, 'alert accepted');
      return { uid: alert.uid, duplicate, traceId: currentTrace()?.traceId ?? '' };
    } catch (error) {
      const reason = reasonOf(error);
      metrics.countRefused(reason);
      logger.warn(
        { uid: message?.uid.slice(0, MAX_LOGGED_UID), reason, why: (error as Error).message },
        'alert refused',
      );
      throw error;
    }
  }

  async function acceptItem(message: Alert | undefined, signal: AbortSignal): Promise<Result> {
    try {
      return { outcome: { case: 'accepted', value: await accept(message, signal) } };
    } catch (error) {
      return { outcome: { case: 'error', value: toStatus(translateError(error) ?? internalError(error)) } };
    }
  }

  /** @param call tells the calls apart that take turns */
  async function acceptInTurn(call: object, message: Alert | undefined, signal: AbortSignal): Promise<Result> {
    using _ = await turns.take(call, signal);
    return await acceptItem(message, signal);
  }

  return {
    createAlert: (request, { signal }) => accept(request.alert, signal),

    async batchCreateAlerts({ alerts }, { signal }) {
      if (alerts.length === 0 || alerts.length > MAX_BATCH) {
        throw new InvalidAlertError([{ field: 'alerts', description: `must hold 1-${MAX_BATCH} alerts` }]);
      }
      return { results: await Promise.all(alerts.map(alert => acceptInTurn(alerts, alert, signal))) };
    },

    async *streamAlerts(requests, { signal }) {
      // A stream may live for days: each alert gets a trace of its own.
      const results = mapInOrder(requests, STREAM_PIPELINE, ({ alert }) =>
        withTrace(newTrace(), () => acceptInTurn(requests, alert, signal)),
      );
      for await (const result of results) yield { result };
    },
  };
}

function requireAlert(message: Alert | undefined): AlertInput {
  if (message !== undefined) return message;
  const violations: FieldViolation[] = [{ field: 'alert', description: 'is required' }];
  throw new InvalidAlertError(violations);
}

function reasonOf(error: unknown): string {
  const isKnown =
    error instanceof InvalidAlertError || error instanceof UidTakenError || error instanceof AlertQueueError;
  return isKnown ? error.reason : 'INTERNAL';
}
