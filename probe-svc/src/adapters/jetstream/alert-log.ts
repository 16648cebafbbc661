import type { JsMsg } from '@nats-io/jetstream';
import type { Outcome } from '@vigie/alert';
import type { MalformedMessageError } from '@vigie/alert/wire';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { ProbeReport } from '../../application/probe-video.ts';
import type { Settlement, StreamError } from '../../application/settle-alert.ts';
import type { AlertDelivery } from '../../domain/alert-delivery.ts';

export interface AlertLog {
  settlement(delivery: AlertDelivery, settlement: Settlement): void;
  heldUp(delivery: AlertDelivery, error: StreamError): void;
  malformed(message: JsMsg, error: MalformedMessageError): void;
  failed(delivery: AlertDelivery, error: unknown): void;
}

/** One line a delivery, and one when it begins to wait for a stream. */
export function createAlertLog(logger: Logger): AlertLog {
  return {
    settlement(delivery, settlement) {
      const of = { uid: delivery.alert.uid, store: delivery.alert.store, attempts: delivery.attempts };
      switch (settlement.kind) {
        case 'settled':
          logger.info({ ...of, ...summaryOf(settlement.record.outcome), ...costOf(settlement.report) }, 'alert probed');
          logDiagnostics(of.uid, settlement.report);
          break;
        case 'given-up': {
          const { failure, error: err, recordError } = settlement;
          logger.error({ ...of, failureCode: failure.code, err, recordError }, 'alert given up');
          break;
        }
        case 'conflict':
          logger.info(of, 'alert left to another one with its uid');
          break;
        case 'superseded':
          logger.info(of, 'alert has the outcome of another message already');
          break;
        case 'later': {
          const { failure, delayMs, report } = settlement;
          const why = { failureCode: failure.code, why: failure.message, delayMs };
          logger.info({ ...of, ...why, ...costOf(report) }, 'alert put off');
          logDiagnostics(of.uid, report);
          break;
        }
        // A slow store with a hundred thousand alerts would fill the log.
        case 'put-off':
          logger.debug({ ...of, delayMs: settlement.delayMs }, 'alert left to other stores');
          break;
        case 'held-up':
          logger.warn({ ...of, err: settlement.error, delayMs: settlement.delayMs }, 'outcome put off');
      }
    },
    heldUp({ alert: { uid, store }, attempts }, error) {
      logger.warn({ uid, store, attempts, err: error }, 'alert held up');
    },
    malformed(message, error) {
      logger.debug({ streamSequence: message.seq, why: error.message }, 'message is no alert');
    },
    failed(delivery, error) {
      logger.error({ uid: delivery.alert.uid, attempts: delivery.attempts, err: error }, 'alert failed');
    },
  };

  function logDiagnostics(uid: string, { diagnostics }: ProbeReport): void {
    if (diagnostics.length > 0) logger.debug({ uid, diagnostics }, 'what libav said');
  }
}

function summaryOf(outcome: Outcome): object {
  const { status } = outcome;
  if (status !== 'PROCESSED') return { status, failureCode: outcome.failure.code, why: outcome.failure.message };
  const { video, sizeBytes } = outcome.media;
  return { status, codec: video.codec, width: video.width, height: video.height, sizeBytes };
}

function costOf({ bytesRead, requests, elapsedMs }: ProbeReport): object {
  return { bytesRead, requests, ms: Math.round(elapsedMs * 10) / 10 };
}
