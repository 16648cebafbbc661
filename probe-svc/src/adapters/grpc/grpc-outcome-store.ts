import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Client, Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import type { FinishedAlert } from '@vigie/alert';
import { alertToProto, finishedFromProto } from '@vigie/alert/wire';
import {
  type FoundOutcomeSchema,
  OutcomeService,
  type RecordOutcomeResult,
  RecordOutcomeResult_Kind,
} from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { type Backoff, Batcher, retry } from '@vigie/service-kit/async';
import { newTrace, withTrace } from '@vigie/service-kit/telemetry';
import type { FoundOutcome } from '../../domain/found-outcome.ts';
import { type OutcomeStore, OutcomeStoreError, type RecordedOutcome } from '../../ports/outcome-store.ts';

export interface GrpcOutcomeStoreOptions {
  readonly transport: Transport;
  /** How long an outcome waits for a store that is there and hasn't heard of its alert, or fails over it. */
  readonly patienceMs: number;
}

type OutcomeMessage = MessageInitShape<typeof FoundOutcomeSchema>;
type ItemResult = RecordOutcomeResult | ConnectError;

const MAX_BATCH = 200;
const BACKOFF: Backoff = { baseMs: 20, maxMs: 2_000 };

/** Codes of a call that didn't reach a working store, whatever was in it. */
const CALL_FAULTS: ReadonlySet<Code> = new Set([Code.Unavailable, Code.DeadlineExceeded, Code.Canceled]);

/** The store service; outcomes that are found at the same time travel together. */
export class GrpcOutcomeStore implements OutcomeStore {
  readonly #client: Client<typeof OutcomeService>;
  readonly #patienceMs: number;
  readonly #batcher = new Batcher<OutcomeMessage, ItemResult>({
    maxSize: MAX_BATCH,
    // A batch belongs to no single alert.
    flush: outcomes => withTrace(newTrace(), () => this.#send(outcomes)),
  });

  constructor({ transport, patienceMs }: GrpcOutcomeStoreOptions) {
    this.#client = createClient(OutcomeService, transport);
    this.#patienceMs = patienceMs;
  }

  async record({ record, isReplay }: FoundOutcome, signal?: AbortSignal): Promise<RecordedOutcome> {
    const message = { alert: alertToProto(record), replay: isReplay };
    let givesUpAt = performance.now() + this.#patienceMs;
    const isRetryable = (error: unknown): boolean => {
      if (!(error instanceof OutcomeStoreError)) return false;
      // A store that is away says nothing about this outcome, and one that is back may have to hear of the alert first.
      if (isAway(error.cause)) givesUpAt = performance.now() + this.#patienceMs;
      return error.reason !== 'OUTCOME_REFUSED' && performance.now() < givesUpAt;
    };
    const attempt = async () => understand(await this.#batcher.add(message), record);
    return retry(attempt, { backoff: BACKOFF, isRetryable, signal });
  }

  async #send(outcomes: readonly OutcomeMessage[]): Promise<readonly ItemResult[]> {
    try {
      const { results } = await this.#client.recordOutcomes({ outcomes: [...outcomes] });
      return results;
    } catch (error) {
      const fault = ConnectError.from(error);
      if (isAway(fault) || outcomes.length === 1) return outcomes.map(() => fault);
      // Something in the batch can't be sent or taken: alone, it harms nobody else.
      return (await Promise.all(outcomes.map(outcome => this.#send([outcome])))).flat();
    }
  }
}

function isAway(result: unknown): boolean {
  return result instanceof ConnectError && CALL_FAULTS.has(result.code);
}

/** @throws OutcomeStoreError */
function understand(result: ItemResult, sent: FinishedAlert): RecordedOutcome {
  if (result instanceof ConnectError) {
    throw new OutcomeStoreError('STORE_FAILED', `The store doesn't take the outcome: ${result.message}.`, {
      cause: result,
    });
  }
  switch (result.kind) {
    case RecordOutcomeResult_Kind.RECORDED:
    case RecordOutcomeResult_Kind.UNCHANGED:
      return { kind: 'current', record: result.current === undefined ? sent : finishedFromProto(result.current) };
    case RecordOutcomeResult_Kind.SUPERSEDED:
      return { kind: 'superseded' };
    case RecordOutcomeResult_Kind.CONFLICT:
      return { kind: 'conflict' };
    case RecordOutcomeResult_Kind.UNKNOWN_ALERT:
      throw new OutcomeStoreError('ALERT_UNKNOWN', 'The store has not recorded the alert yet.');
    default:
      throw new OutcomeStoreError('OUTCOME_REFUSED', `The store refuses the outcome: ${result.error?.message}.`);
  }
}
