import type { MessageInitShape } from '@bufbuild/protobuf';
import { ALL_TENANTS, DEFAULT_TENANT } from '@vigie/access/tenants';
import { type FinalStatus, type Labels, labelTexts } from '@vigie/alert';
import { statusFromProto } from '@vigie/alert/wire';
import { type FeedPosition, matches, type OutcomeFilter } from '@vigie/outcome-feed';
import { encodeResumeToken, readWatchRequest } from '@vigie/outcome-feed/wire';
import { Alert_Status, type AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import type {
  AlertService,
  WatchAlertsRequest,
  WatchAlertsResponseSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';

type WatchAlerts = ServiceImplementation<typeof AlertService>['watchAlerts'];
type Response = MessageInitShape<typeof WatchAlertsResponseSchema>;

interface Call {
  readonly request: WatchAlertsRequest;
  wake: () => void;
  error: Error | undefined;
}

/** The outcomes of a store-svc, of which all are kept; the `WatchAlerts` that it reports them by. */
export class FakeOutcomes {
  /** Every call that was made. */
  readonly requests: WatchAlertsRequest[] = [];
  /** Those that are open. */
  readonly calls = new Set<Call>();
  readonly #alerts: MessageInitShape<typeof AlertSchema>[] = [];

  /** @returns the token of its response */
  report(uid: string, alert: MessageInitShape<typeof AlertSchema> = {}): string {
    this.#alerts.push({ uid, store: 'store-1', status: Alert_Status.PROCESSED, ...alert });
    for (const call of this.calls) call.wake();
    return tokenAt(this.#alerts.length);
  }

  /** Ends all open calls with this error. */
  fail(error: Error): void {
    for (const call of this.calls) {
      call.error = error;
      call.wake();
    }
  }

  readonly watchAlerts: WatchAlerts = (request, { signal }) => this.#watch(request, signal);

  async *#watch(request: WatchAlertsRequest, signal: AbortSignal): AsyncGenerator<Response> {
    const { filter, after } = readWatchRequest(request, ALL_TENANTS);
    const call: Call = { request, wake: () => {}, error: undefined };
    this.requests.push(request);
    this.calls.add(call);
    signal.addEventListener('abort', () => call.wake());
    let next = after?.outcomes.sequence ?? this.#alerts.length;
    let isCatchingUp = after !== undefined;
    try {
      yield { resumeToken: tokenAt(next) };
      while (!signal.aborted) {
        const woken = new Promise<void>(resolve => {
          call.wake = resolve;
        });
        if (call.error !== undefined) throw call.error;
        const alert = this.#alerts[next];
        if (alert !== undefined) {
          next++;
          if (isWanted(filter, alert)) yield { alert, resumeToken: tokenAt(next) };
        } else if (isCatchingUp) {
          isCatchingUp = false;
          yield { resumeToken: tokenAt(next) };
        } else {
          await woken;
        }
      }
    } finally {
      this.calls.delete(call);
    }
  }
}

function isWanted(
  filter: OutcomeFilter,
  { tenant = DEFAULT_TENANT, store = '', labels, status }: MessageInitShape<typeof AlertSchema>,
): boolean {
  return matches(filter, {
    ...{ tenant, store, labels: labelTexts(labels as Labels) },
    status: statusFromProto(status) as FinalStatus,
  });
}

export function tokenAt(sequence: number): string {
  return encodeResumeToken(positionAt(sequence));
}

function positionAt(sequence: number): FeedPosition {
  return { outcomes: { sequence, createdMs: 1 }, quarantine: { sequence: 0, createdMs: 1 } };
}
