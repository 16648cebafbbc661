import type { JsMsg } from '@nats-io/jetstream';
import type { Outcome } from '@vigie/alert';
import type { MalformedMessageError } from '@vigie/alert/wire';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { ProbeReport } from '../../application/probe-video.ts';
import type { ProcessResult } from '../../application/process-alert.ts';
import type { StreamError } from '../../application/publish-outcome.ts';
import type { AlertDelivery } from '../../domain/alert-delivery.ts';

export interface AlertLog {
  result(delivery: AlertDelivery, result: ProcessResult): void;
  outage(delivery: AlertDelivery, error: StreamError): void;
  malformed(message: JsMsg, error: MalformedMessageError): void;
}

/** One line a delivery, and one when it begins to wait for a stream. */
export function createAlertLog(logger: Logger): AlertLog {
  return {
    result(delivery, result) {
      const { alert, deliveries } = delivery;
      const attempts = 'attempts' in result ? { attempts: result.attempts } : {};
      const of = { tenant: alert.tenant, uid: alert.uid, store: alert.store, deliveries, ...attempts };
      switch (result.kind) {
        case 'finished':
          logger.info({ ...of, ...summaryOf(result.record.outcome), ...costOf(result.report) }, 'alert probed');
          logDiagnostics(of.uid, result.report);
          break;
        case 'given-up': {
          const { failure, error: err, recordError } = result;
          logger.error({ ...of, failureCode: failure.code, err, recordError }, 'alert given up');
          break;
        }
        case 'conflict':
          logger.info(of, 'alert conflicts with another one of its uid');
          break;
        case 'superseded':
          logger.info(of, 'alert has the outcome of another message already');
          break;
        case 'retry': {
          const { failure, delayMs, report } = result;
          const why = { failureCode: failure.code, why: failure.message, delayMs };
          logger.info({ ...of, ...why, ...costOf(report) }, 'alert to be retried');
          logDiagnostics(of.uid, report);
          break;
        }
        // A slow store with a hundred thousand alerts would fill the log.
        case 'deferred':
          logger.debug({ ...of, delayMs: result.delayMs }, 'alert deferred: its store is over its share');
          break;
        case 'not-recorded':
          logger.warn({ ...of, err: result.error, delayMs: result.delayMs }, 'outcome not recorded');
          break;
        case 'internal-error':
          logger.error({ ...of, err: result.error, delayMs: result.delayMs }, 'alert failed');
      }
    },
    outage({ alert: { tenant, uid, store }, deliveries }, error) {
      logger.warn({ tenant, uid, store, deliveries, err: error }, 'outcome waits for a stream');
    },
    malformed(message, error) {
      logger.debug({ streamSequence: message.seq, why: error.message }, 'message is not an alert');
    },
  };

  function logDiagnostics(uid: string, { diagnostics }: ProbeReport): void {
    if (diagnostics.length > 0) logger.debug({ uid, diagnostics }, 'what libav logged');
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
