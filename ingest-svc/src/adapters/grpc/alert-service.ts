import type { MessageInitShape } from '@bufbuild/protobuf';
import { AccessError, type Identity, requireStore, type TenantVideos } from '@vigie/access';
import { identityOf } from '@vigie/access/wire';
import { type AlertInput, type FieldViolation, InvalidAlertError } from '@vigie/alert';
import type { Alert } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import type {
  AlertResultSchema,
  AlertService,
  CreateAlertResponseSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { FairSlots, mapInOrder } from '@vigie/service-kit/async';
import type { CallContext, ServiceImplementation } from '@vigie/service-kit/grpc';
import { internalError, toStatus } from '@vigie/service-kit/grpc';
import type { Logger } from '@vigie/service-kit/telemetry';
import { currentTrace, newTrace, withTrace } from '@vigie/service-kit/telemetry';
import { type AcceptAlert, type AcceptNow, UidTakenError } from '../../application/accept-alert.ts';
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

/** What became of an alert of a batch. */
interface Item {
  readonly uid: string;
  /** Undefined if it was refused. */
  readonly duplicate?: boolean;
  readonly error?: unknown;
}

interface Caller {
  readonly identity: Identity;
  readonly signal: AbortSignal;
}

export interface AlertServiceParts {
  readonly acceptAlert: AcceptAlert;
  readonly tenantVideos: TenantVideos;
  readonly logger: Logger;
  readonly metrics: IngestMetrics;
}

/** The methods of `AlertService` that create alerts; store-svc implements those that read them. */
export type CreateAlertService = Pick<
  ServiceImplementation<typeof AlertService>,
  'createAlert' | 'batchCreateAlerts' | 'streamAlerts'
>;

export function createAlertService(parts: AlertServiceParts): CreateAlertService {
  const { acceptAlert, tenantVideos, logger, metrics } = parts;
  const turns = new FairSlots<object>(BULK_IN_FLIGHT);

  async function accept(message: Alert | undefined, { identity, signal }: Caller): Promise<Accepted> {
    try {
      const alert = requireAlert(message);
      requireAllowed(identity, alert);
      const { duplicate } = await acceptAlert.one(alert, identity.tenant, signal);
      metrics.countAccepted(duplicate);
      logger.info({ tenant: identity.tenant, uid: alert.uid, store: alert.store, duplicate }, 'alert accepted');
      return { uid: alert.uid, duplicate, traceId: currentTrace()?.traceId ?? '' };
    } catch (error) {
      noteRefused(message, error);
      throw error;
    }
  }

  /** @throws AccessError */
  function requireAllowed(identity: Identity, { store, video }: AlertInput): void {
    requireStore(identity, store);
    tenantVideos.require(identity, video);
  }

  function noteRefused(message: Alert | undefined, error: unknown): void {
    const reason = reasonOf(error);
    metrics.countRefused(reason);
    const uid = message?.uid.slice(0, MAX_LOGGED_UID);
    logger.warn({ uid, reason, why: (error as Error).message }, 'alert refused');
  }

  /** @param call tells the calls apart that take turns */
  async function acceptInTurn(call: object, message: Alert | undefined, caller: Caller): Promise<Result> {
    using _ = await turns.take(call, caller.signal);
    try {
      return { outcome: { case: 'accepted', value: await accept(message, caller) } };
    } catch (error) {
      return refusal(error);
    }
  }

  /** The hot path of batches: no line in the log, no trace and no question to store-svc for each alert. */
  async function acceptItem(call: object, alert: Alert, acceptNow: AcceptNow, caller: Caller): Promise<Item> {
    const { identity, signal } = caller;
    using _ = await turns.take(call, signal);
    try {
      requireAllowed(identity, alert);
      const { duplicate } = await acceptNow(signal);
      return { uid: alert.uid, duplicate };
    } catch (error) {
      noteRefused(alert, error);
      return { uid: alert.uid, error };
    }
  }

  async function acceptBatch(alerts: readonly Alert[], caller: Caller): Promise<Result[]> {
    const accepts = await acceptAlert.many(alerts, caller.identity.tenant);
    const settled = await Promise.allSettled(
      alerts.map((alert, index) => acceptItem(alerts, alert, accepts[index] as AcceptNow, caller)),
    );
    const items = settled.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []));
    noteAccepted(items);
    // The caller has left, and others had their turns before these.
    const unserved = settled.find(each => each.status === 'rejected');
    if (unserved !== undefined) throw unserved.reason;
    const traceId = currentTrace()?.traceId ?? '';
    return items.map(item => resultOf(item, traceId));
  }

  /** In one line, which names each of them. */
  function noteAccepted(items: readonly Item[]): void {
    const uidsOf = (wanted: boolean): string[] =>
      items.filter(({ duplicate }) => duplicate === wanted).map(({ uid }) => uid);
    const [uids, duplicates] = [uidsOf(false), uidsOf(true)];
    metrics.countAccepted(false, uids.length);
    metrics.countAccepted(true, duplicates.length);
    logger.info({ alerts: items.length, uids, duplicates }, 'batch accepted');
  }

  return {
    createAlert: (request, context) => accept(request.alert, callerOf(context)),

    async batchCreateAlerts({ alerts }, context) {
      if (alerts.length === 0 || alerts.length > MAX_BATCH) {
        throw new InvalidAlertError([{ field: 'alerts', description: `must hold 1-${MAX_BATCH} alerts` }]);
      }
      return { results: await acceptBatch(alerts, callerOf(context)) };
    },

    async *streamAlerts(requests, context) {
      const caller = callerOf(context);
      // A stream may live for days: each alert gets a trace of its own.
      const results = mapInOrder(requests, STREAM_PIPELINE, ({ alert }) =>
        withTrace(newTrace(), () => acceptInTurn(requests, alert, caller)),
      );
      for await (const result of results) yield { result };
    },
  };
}

function callerOf(context: CallContext): Caller {
  return { identity: identityOf(context), signal: context.signal };
}

function resultOf({ uid, duplicate, error }: Item, traceId: string): Result {
  if (duplicate === undefined) return refusal(error);
  return { outcome: { case: 'accepted', value: { uid, duplicate, traceId } } };
}

function refusal(error: unknown): Result {
  return { outcome: { case: 'error', value: toStatus(translateError(error) ?? internalError(error)) } };
}

function requireAlert(message: Alert | undefined): AlertInput {
  if (message !== undefined) return message;
  const violations: FieldViolation[] = [{ field: 'alert', description: 'is required' }];
  throw new InvalidAlertError(violations);
}

function reasonOf(error: unknown): string {
  const isKnown =
    error instanceof InvalidAlertError ||
    error instanceof AccessError ||
    error instanceof UidTakenError ||
    error instanceof AlertQueueError;
  return isKnown ? error.reason : 'INTERNAL';
}
