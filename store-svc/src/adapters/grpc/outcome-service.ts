import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { identityOf } from '@vigie/access/wire';
import { type FinishedAlert, InvalidAlertError } from '@vigie/alert';
import { alertToProto, finishedFromProto, IncompleteRecordError, retryFromProto } from '@vigie/alert/wire';
import { type Alert as AlertMessage, AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  type FoundOutcome,
  type OutcomeService,
  RecordOutcomeResult_Kind,
  type RecordOutcomeResultSchema,
} from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import { invalidArgument, toStatus } from '@vigie/service-kit/grpc';
import type { RecordOutcome } from '../../application/record-outcome.ts';
import type { AlertRetry } from '../../domain/alert-retry.ts';
import { findOutcomeViolations } from '../../domain/outcome-violations.ts';
import type { AlertStores } from '../../ports/alert-store.ts';
import { translateError } from './error-table.ts';

const MAX_BATCH = 1_000;

type Result = MessageInitShape<typeof RecordOutcomeResultSchema>;

/** Internal: probe-svc hands the outcomes that it has found over. */
export function createOutcomeService(
  recordOutcome: RecordOutcome,
  stores: Pick<AlertStores, 'of'>,
): ServiceImplementation<typeof OutcomeService> {
  async function record({ alert, replay }: FoundOutcome): Promise<Result> {
    const uid = alert?.uid ?? '';
    try {
      const finished = parseFinished(alert ?? create(AlertSchema));
      const result = await recordOutcome({ record: finished, isReplay: replay });
      const current = 'current' in result ? result.current : undefined;
      return {
        uid,
        kind: RecordOutcomeResult_Kind[result.kind],
        ...(current !== undefined && { current: alertToProto(current) }),
      };
    } catch (error) {
      // An outcome that breaks a rule is refused and leaves the others alone; a store that can't write fails the whole
      // call,
      // which is then repeated.
      if (!(error instanceof InvalidAlertError || error instanceof IncompleteRecordError)) throw error;
      const refusal = translateError(error);
      return {
        uid,
        kind: RecordOutcomeResult_Kind.REFUSED,
        ...(refusal !== undefined && { error: toStatus(refusal) }),
      };
    }
  }

  return {
    async recordOutcomes({ outcomes }) {
      if (outcomes.length === 0 || outcomes.length > MAX_BATCH) {
        throw invalidArgument([{ field: 'outcomes', description: `must hold 1-${MAX_BATCH} items` }]);
      }
      return { results: await Promise.all(outcomes.map(record)) };
    },

    async reportRetries({ retries }, context) {
      if (retries.length === 0 || retries.length > MAX_BATCH) {
        throw invalidArgument([{ field: 'retries', description: `must hold 1-${MAX_BATCH} items` }]);
      }
      const known = new Map<string, AlertRetry>();
      for (const { uid, retry: message } of retries) {
        const retry = message && retryFromProto(message);
        if (retry !== undefined) known.set(uid, { uid, retry });
      }
      if (known.size > 0) await stores.of(identityOf(context).tenant).noteRetries([...known.values()]);
      return {};
    },
  };
}

/** @throws InvalidAlertError, IncompleteRecordError */
function parseFinished(message: AlertMessage): FinishedAlert {
  const finished = finishedFromProto(message);
  const violations = findOutcomeViolations(finished);
  if (violations.length > 0) throw new InvalidAlertError(violations);
  return finished;
}
