/**
 * A gRPC server in a process of its own, that a spec can freeze: answers GetAlert, holds WatchAlerts open, says its
 * address.
 */
import { once } from 'node:events';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { startSpecServer } from './spec-server.ts';

const { address } = await startSpecServer(AlertService, {
  getAlert: async ({ uid }) => ({ uid }),
  async *watchAlerts(_request, { signal }) {
    yield {};
    await once(signal, 'abort');
  },
});
process.stdout.write(`${address}\n`);
