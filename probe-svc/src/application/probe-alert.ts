import type { Failure, FinishedAlert, Outcome } from '@vigie/alert';
import { backoffDelayMs } from '@vigie/service-kit/async';
import type { AlertDelivery } from '../domain/alert-delivery.ts';
import { decideFate, type FailurePolicy } from '../domain/failure-fate.ts';
import type { Finding, ProbeReport, ProbeVideo } from './probe-video.ts';

export type ProbedAlert =
  | { readonly kind: 'finished'; readonly record: FinishedAlert; readonly report: ProbeReport }
  | { readonly kind: 'retry'; readonly failure: Failure; readonly delayMs: number; readonly report: ProbeReport };

/** Brings one delivery of an alert to its outcome, or to a later try. Rejects with the signal's reason on abort. */
export type ProbeAlert = (delivery: AlertDelivery, signal?: AbortSignal) => Promise<ProbedAlert>;

export interface ProbeAlertParts {
  readonly probeVideo: ProbeVideo;
  /** The same where a decoder that crashes harms nothing else. */
  readonly probeVideoIsolated: ProbeVideo;
  readonly policy: FailurePolicy;
}

export function createProbeAlert({ probeVideo, probeVideoIsolated, policy }: ProbeAlertParts): ProbeAlert {
  return async (delivery, signal) => {
    // Of a delivery that comes again, the one before may have ended because the video killed the process.
    const probe = delivery.attempts === 1 ? probeVideo : probeVideoIsolated;
    const report = await probe(delivery.alert.video, signal);
    const processedAt = new Date();
    const { finding } = report;
    if (finding.kind === 'media') {
      return finish(delivery, report, { status: 'PROCESSED', media: finding.media }, processedAt);
    }
    const { failure } = finding;
    const ageMs = processedAt.getTime() - delivery.receivedAt.getTime();
    const fate = decideFate({ code: failure.code, attempts: delivery.attempts, ageMs }, policy);
    return fate === 'retry'
      ? { kind: 'retry', failure, delayMs: delayOf(finding, delivery), report }
      : finish(delivery, report, { status: fate, failure }, processedAt);
  };

  function delayOf({ retryAfterMs = 0 }: Extract<Finding, { kind: 'failure' }>, { attempts }: AlertDelivery): number {
    const { schedule } = policy;
    return Math.max(backoffDelayMs(schedule, attempts), Math.min(retryAfterMs, schedule.maxMs));
  }
}

function finish(delivery: AlertDelivery, report: ProbeReport, outcome: Outcome, processedAt: Date): ProbedAlert {
  const { alert, receivedAt, traceId, attempts, position: sequence } = delivery;
  const { bytesRead, requests, elapsedMs } = report;
  // To the microsecond: people read it.
  const effort = { attempts, bytesRead, requests, elapsedMs: Math.round(elapsedMs * 1000) / 1000 };
  return { kind: 'finished', record: { alert, receivedAt, traceId, outcome, effort, processedAt, sequence }, report };
}
