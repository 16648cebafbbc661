import type { MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import type { AlertRecord, AlertRecordSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  type AlertStoreService,
  RecordResult_Kind as Kind,
} from '@vigie/proto/vigie/store/v1/alert_store_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';

/** The store as far as probe-svc knows it: outcomes go in, alerts are looked up. */
export class FakeStoreService {
  /** Every batch that came, in order. */
  readonly batches: AlertRecord[][] = [];
  /** The alerts that it has, by uid. */
  readonly alerts = new Map<string, MessageInitShape<typeof AlertRecordSchema>>();
  /** The outcome that stands where one is UNCHANGED; the one that came if undefined. */
  standing: MessageInitShape<typeof AlertRecordSchema> | undefined;
  /** What becomes of an outcome. */
  judge: (outcome: AlertRecord) => Kind | Promise<Kind> = () => Kind.RECORDED;

  get implementation(): ServiceImplementation<typeof AlertStoreService> {
    return {
      recordAlerts: unimplemented,
      getAlert: async ({ uid }) => {
        const alert = this.alerts.get(uid);
        if (alert === undefined) throw new ConnectError(`There is no alert ${uid}.`, Code.NotFound);
        return alert;
      },
      listAlerts: unimplemented,
      // biome-ignore lint/correctness/useYield: it ends before its first message
      async *watchAlerts() {
        await unimplemented();
      },
      replayAlerts: unimplemented,
      recordOutcomes: async ({ outcomes }) => {
        const records = outcomes.map(({ record }) => record as AlertRecord);
        this.batches.push(records);
        const results = [];
        for (const record of records) {
          const kind = await this.judge(record);
          const standing = kind === Kind.UNCHANGED ? this.standing : undefined;
          results.push({ uid: record.uid, kind, ...(standing !== undefined && { standing }) });
        }
        return { results };
      },
    };
  }
}

async function unimplemented(): Promise<never> {
  throw new ConnectError('not part of this fake', Code.Unimplemented);
}
