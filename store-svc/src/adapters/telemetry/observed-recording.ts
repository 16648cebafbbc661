import { type AlertRecord, statusOf } from '@vigie/alert';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { RecordArrival } from '../../application/record-arrival.ts';
import type { RecordOutcome } from '../../application/record-outcome.ts';
import type { AlertRecordKind, OutcomeRecordKind } from '../../domain/record-kind.ts';
import type { StoreMetrics } from './store-metrics.ts';

type Line = readonly [level: 'info' | 'warn', message: string];

const ALERT_LINES: Readonly<Record<AlertRecordKind, Line>> = {
  RECORDED: ['info', 'alert recorded'],
  UNCHANGED: ['info', 'alert is recorded already'],
  REOPENED: ['info', 'quarantined alert waits for its probe again'],
  CONFLICT: ['warn', 'another alert has this uid'],
  DISPLACES: ['warn', 'another alert with this uid came later and was recorded sooner'],
};

const OUTCOME_LINES: Readonly<Record<OutcomeRecordKind, Line>> = {
  RECORDED: ['info', 'outcome recorded'],
  UNCHANGED: ['info', 'outcome is recorded already'],
  SUPERSEDED: ['info', 'the outcome of another message is current'],
  CONFLICT: ['warn', 'outcome of another alert with this uid'],
  UNKNOWN_ALERT: ['info', 'outcome of an alert that is not recorded yet'],
};

/** Counts and logs each alert that is recorded, under the alert's own trace. */
export function observeRecordArrival(record: RecordArrival, logger: Logger, metrics: StoreMetrics): RecordArrival {
  return async arrival => {
    const result = await record(arrival);
    metrics.countRow('alerts', result.kind, statusOf(arrival.received));
    log(logger, arrival.received, ALERT_LINES[result.kind]);
    return result;
  };
}

/** Counts and logs each outcome that is recorded, under the alert's own trace. */
export function observeRecordOutcome(record: RecordOutcome, logger: Logger, metrics: StoreMetrics): RecordOutcome {
  return async outcome => {
    const result = await record(outcome);
    metrics.countRow('outcomes', result.kind, statusOf(outcome.record));
    log(logger, outcome.record, OUTCOME_LINES[result.kind]);
    return result;
  };
}

function log(logger: Logger, record: AlertRecord, [level, message]: Line): void {
  const { alert, traceId } = record;
  logger[level](
    { tenant: alert.tenant, uid: alert.uid, traceId, store: alert.store, status: statusOf(record) },
    message,
  );
}
