import type { MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import type { Alert, AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import {
  RecordOutcomeResult_Kind as Kind,
  OutcomeService,
  type ReportedRetry,
} from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import type { GrpcServer } from '@vigie/service-kit/grpc';

/** The store as far as probe-svc knows it: outcomes go in, alerts are looked up. */
export class FakeStoreService {
  /** Every batch that came, in order. */
  readonly batches: Alert[][] = [];
  /** Every failed attempt that was reported, in order. */
  readonly retries: ReportedRetry[] = [];
  /** The alerts that it has, by uid. */
  readonly alerts = new Map<string, MessageInitShape<typeof AlertSchema>>();
  /** The current outcome of an alert whose outcome is UNCHANGED; the one that came if undefined. */
  current: MessageInitShape<typeof AlertSchema> | undefined;
  /** The result of an outcome. */
  judge: (outcome: Alert) => Kind | Promise<Kind> = () => Kind.RECORDED;

  addTo(server: GrpcServer): void {
    server.add(AlertService, {
      getAlert: async ({ uid }) => {
        const alert = this.alerts.get(uid);
        if (alert === undefined) throw new ConnectError(`There is no alert ${uid}.`, Code.NotFound);
        return alert;
      },
    });
    server.add(OutcomeService, {
      recordOutcomes: async ({ outcomes }) => {
        const alerts = outcomes.map(({ alert }) => alert as Alert);
        this.batches.push(alerts);
        const results = [];
        for (const alert of alerts) {
          const kind = await this.judge(alert);
          const current = kind === Kind.UNCHANGED ? this.current : undefined;
          results.push({ uid: alert.uid, kind, ...(current !== undefined && { current }) });
        }
        return { results };
      },
      reportRetries: async ({ retries }) => {
        this.retries.push(...retries);
        return {};
      },
    });
  }
}
