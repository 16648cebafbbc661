import { identityOf } from '@vigie/access/wire';
import { contentHash } from '@vigie/alert';
import type { AlertIndexService } from '@vigie/proto/vigie/internal/alert/v1/alert_index_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import { isRetired } from '../../domain/retired-alert.ts';
import type { AlertStores } from '../../ports/alert-store.ts';

/** Internal: ingest-svc asks which of the alerts that it is sent are recorded already. */
export function createAlertIndexService(
  stores: Pick<AlertStores, 'of'>,
): ServiceImplementation<typeof AlertIndexService> {
  return {
    async findAlerts({ uids }, context) {
      const found = await stores.of(identityOf(context).tenant).find(uids);
      return {
        alerts: [...found].map(([uid, known]) => ({
          ...{ uid, contentHash: isRetired(known) ? known.contentHash : contentHash(known.alert) },
        })),
      };
    },
  };
}
