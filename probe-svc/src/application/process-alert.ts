import type { TenantVideos } from '@vigie/access';
import type { Alert, Failure, FinishedAlert, Outcome } from '@vigie/alert';
import { type Backoff, backoffDelayMs } from '@vigie/service-kit/async';
import type { AlertAttempt } from '../domain/alert-attempt.ts';
import type { AlertDelivery } from '../domain/alert-delivery.ts';
import { finishAlert, type ProbeCost } from '../domain/finish-alert.ts';
import {
  type AttemptAge,
  decideRetry,
  decideRetryOfInternalError,
  type FailurePolicy,
  isOfUnfinished,
  mayStillGrow,
} from '../domain/retry-decision.ts';
import type { AttemptJournal, BegunAttempt } from '../ports/attempt-journal.ts';
import { type OutcomeStore, OutcomeStoreError } from '../ports/outcome-store.ts';
import type { Admission, AdmissionQueue } from './admission-queue.ts';
import type { ProbeReport, ProbeVideo } from './probe-video.ts';
import type { PublishOutcome, StreamError } from './publish-outcome.ts';
import type { ReadFailure } from './read-failure.ts';

/** What came of one delivery. With `delayMs` the alert has to be delivered again then; otherwise it is done with. */
export type ProcessResult =
  /** Its store is over its share of the queue: nothing was attempted. */
  | { readonly kind: 'deferred'; readonly delayMs: number }
  /** `attempts`: how many there were so far. */
  | (AttemptResult & { readonly attempts: number });

type AttemptResult =
  /** It has its outcome: recorded and published. */
  | { readonly kind: 'finished'; readonly record: FinishedAlert; readonly report: ProbeReport }
  /** Another alert has this uid; the store has quarantined this one. */
  | { readonly kind: 'conflict' }
  /** The alert has its outcome, by another message. */
  | { readonly kind: 'superseded' }
  /**
   * Vigie itself failed on it again and again; its message is in quarantine. `recordError`: why its row doesn't say so.
   */
  | { readonly kind: 'given-up'; readonly failure: Failure; readonly error: unknown; readonly recordError: unknown }
  /** The video can't be read or probed for now. */
  | { readonly kind: 'retry'; readonly delayMs: number; readonly failure: Failure; readonly report: ProbeReport }
  /** The store doesn't accept the outcome for now. */
  | { readonly kind: 'not-recorded'; readonly delayMs: number; readonly error: OutcomeStoreError }
  | { readonly kind: 'internal-error'; readonly delayMs: number; readonly error: unknown };

/**
 * Brings one delivery of an alert to its end. Each step may be done twice, so a crash between two of them only repeats
 * work. An outcome waits for the other parts of Vigie for as long as they are away. An error of Vigie itself is tried
 * again until its attempts are used up, and then the alert is given up. Rejects with the signal's reason on abort, and
 * with nothing else.
 *
 * @param onOutage called when such a wait begins
 */
export type ProcessAlert = (
  delivery: AlertDelivery,
  signal?: AbortSignal,
  onOutage?: (error: StreamError) => void,
) => Promise<ProcessResult>;

export interface ProcessAlertParts {
  readonly admissionQueue: AdmissionQueue;
  readonly attemptJournal: AttemptJournal;
  readonly tenantVideos: Pick<TenantVideos, 'allows'>;
  readonly probeVideo: ProbeVideo;
  /** The same in a child process, where a decoder that crashes harms nothing else. */
  readonly probeVideoIsolated: ProbeVideo;
  readonly store: OutcomeStore;
  readonly publishOutcome: PublishOutcome;
  readonly policy: FailurePolicy;
}

/**
 * Soon enough for a video server that is back, and growing: a hundred thousand alerts must not come back all the time.
 */
const DEFERRAL: Backoff = { baseMs: 2_000, maxMs: 60_000 };
/** Short: a store that refused an outcome is usually repaired sooner than a lost video comes back. */
const MAX_NOT_RECORDED_DELAY_MS = 5_000;
/** Of a video that is understood, and whose end is missing. */
const CUT: ReadFailure = {
  kind: 'failure',
  failure: { code: 'CORRUPT_HEADER', message: 'the end of the video is missing: it may still be being written' },
};
/** Only of a message that was published by hand: others are refused. It must not tell whether there is such a video. */
const NOT_THEIRS: ProbeReport = {
  finding: { kind: 'failure', failure: { code: 'VIDEO_NOT_FOUND', message: 'the tenant has no such video' } },
  diagnostics: [],
  bytesRead: 0,
  requests: 0,
  elapsedMs: 0,
};
const NO_COST: ProbeCost = { bytesRead: 0, requests: 0, elapsedMs: 0 };

export function createProcessAlert(parts: ProcessAlertParts): ProcessAlert {
  const {
    admissionQueue,
    attemptJournal,
    tenantVideos,
    probeVideo,
    probeVideoIsolated,
    store,
    publishOutcome,
    policy,
  } = parts;

  return async (delivery, signal, onOutage = () => {}) => {
    const admitted = await beginOnceAdmitted(delivery, signal);
    // By its deliveries: the more often it comes in vain, the longer it stays away.
    if (admitted === undefined) return { kind: 'deferred', delayMs: backoffDelayMs(DEFERRAL, delivery.deliveries) };
    const result = await attemptIt(admitted, onOutage, signal);
    if ('delayMs' in result) await attemptJournal.note(admitted.attempt, signal);
    return { ...result, attempts: admitted.attempt.attempts };
  };

  /** `undefined` if the alert was not admitted. */
  async function beginOnceAdmitted(
    delivery: AlertDelivery,
    signal?: AbortSignal,
  ): Promise<AdmittedAttempt | undefined> {
    using stack = new DisposableStack();
    const admission = stack.use(await admissionQueue.admit(storeKey(delivery.alert), signal));
    if (admission === undefined) return undefined;
    const { attempt } = stack.use(await attemptJournal.begin(delivery, signal));
    const held = stack.move();
    const { beginRead, noteEnd } = admission;
    return { attempt, beginRead, noteEnd, [Symbol.dispose]: () => held.dispose() };
  }

  async function attemptIt(
    admitted: AdmittedAttempt,
    onOutage: (error: StreamError) => void,
    signal: AbortSignal | undefined,
  ): Promise<AttemptResult> {
    const { attempt } = admitted;
    try {
      const report = await probe(admitted, signal);
      const decision = decide(report, attempt, policy);
      if (decision.kind === 'retry') return { ...decision, report };

      const record = finishAlert(attempt, decision.outcome, report);
      const recorded = await store.record({ record, isReplay: attempt.isReplay }, signal);
      if (recorded.kind !== 'current') return recorded;

      // Also what an earlier delivery recorded, which may have died before it published.
      await publishOutcome(attempt, recorded.record, onOutage, signal);
      return { kind: 'finished', record: recorded.record, report };
    } catch (error) {
      signal?.throwIfAborted();
      return await retryOrGiveUp(attempt, error, onOutage, signal);
    }
  }

  /** Frees the slot before the outcome is recorded. */
  async function probe(admitted: AdmittedAttempt, signal: AbortSignal | undefined): Promise<ProbeReport> {
    using _ = admitted;
    const { alert, isSuspect } = admitted.attempt;
    if (!tenantVideos.allows(alert.tenant, alert.video)) return NOT_THEIRS;
    const probeIt = isSuspect ? probeVideoIsolated : probeVideo;
    const report = await probeIt(alert.video, { signal, onRead: admitted.beginRead });
    admitted.noteEnd(report.finding.kind === 'failure' && report.finding.timedOut ? 'timed-out' : 'answered');
    return report;
  }

  async function retryOrGiveUp(
    attempt: AlertAttempt,
    error: unknown,
    onOutage: (error: StreamError) => void,
    signal: AbortSignal | undefined,
  ): Promise<AttemptResult> {
    const { schedule } = policy;
    const maxDelayMs = error instanceof OutcomeStoreError ? MAX_NOT_RECORDED_DELAY_MS : Number.POSITIVE_INFINITY;
    const decision = decideRetryOfInternalError(ageOf(attempt), schedule, maxDelayMs);
    if (decision.kind === 'retry') return toRetry(error, decision.delayMs);
    return giveUp(attempt, error, onOutage, signal).catch(giveUpError => {
      signal?.throwIfAborted();
      return toRetry(giveUpError, backoffDelayMs(schedule, attempt.attempts));
    });
  }

  /**
   * Its row says QUARANTINED if the store accepts that; its message is quarantined in any case, so that nothing is
   * lost.
   */
  async function giveUp(
    attempt: AlertAttempt,
    error: unknown,
    onOutage: (error: StreamError) => void,
    signal: AbortSignal | undefined,
  ): Promise<AttemptResult> {
    const failure: Failure = { code: 'INTERNAL', message: `Vigie failed on it: ${messageOf(error)}` };
    const record = finishAlert(attempt, { status: 'QUARANTINED', failure }, NO_COST);
    const recorded = await store.record({ record, isReplay: attempt.isReplay }, signal).catch(recordError => {
      signal?.throwIfAborted();
      return { kind: 'unrecorded', record, recordError } as const;
    });
    if (recorded.kind === 'conflict' || recorded.kind === 'superseded') return recorded;
    await publishOutcome(attempt, recorded.record, onOutage, signal);
    const recordError = recorded.kind === 'unrecorded' ? recorded.recordError : undefined;
    return { kind: 'given-up', failure, error, recordError };
  }
}

/** An attempt that has a slot. Disposing of it frees that, and says that the process has survived the probe. */
type AdmittedAttempt = BegunAttempt & Omit<Admission, keyof Disposable>;

type Decision =
  | { readonly kind: 'finish'; readonly outcome: Outcome }
  | { readonly kind: 'retry'; readonly failure: Failure; readonly delayMs: number };

function decide({ finding, unchangedForMs }: ProbeReport, attempt: AlertAttempt, policy: FailurePolicy): Decision {
  const age = { ...ageOf(attempt), unchangedForMs };
  if (finding.kind === 'media' && !(finding.media.truncated && mayStillGrow(age, policy))) {
    return { kind: 'finish', outcome: { status: 'PROCESSED', media: finding.media } };
  }
  const { failure, retryAfterMs } = finding.kind === 'media' ? CUT : finding;
  const decision = decideRetry({ code: failure.code, retryAfterMs, ...age }, policy);
  return decision.kind === 'retry'
    ? { ...decision, failure }
    : { kind: 'finish', outcome: { status: decision.status, failure: atLast(failure, age) } };
}

/** The failure of a video that was waited for in vain says so. */
function atLast(failure: Failure, { attempts, ageMs }: AttemptAge): Failure {
  if (!isOfUnfinished(failure.code) || attempts === 1) return failure;
  return { ...failure, message: `${failure.message}; still so ${Math.round(ageMs / 1_000)} s after its alert` };
}

function ageOf({ attempts, receivedAt }: AlertAttempt): AttemptAge {
  return { attempts, ageMs: Date.now() - receivedAt.getTime() };
}

function toRetry(error: unknown, delayMs: number): AttemptResult {
  return error instanceof OutcomeStoreError
    ? { kind: 'not-recorded', delayMs, error }
    : { kind: 'internal-error', delayMs, error };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Two tenants may have stores of one name. */
function storeKey({ tenant, store }: Alert): string {
  return `${tenant}/${store}`;
}
