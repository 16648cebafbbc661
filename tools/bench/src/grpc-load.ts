import { createClient } from '@connectrpc/connect';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import type { AcceptedAlert, BenchAlert } from './bench-alert.ts';
import type { MeshUnderTest } from './mesh-under-test.ts';

/** Sends all alerts over one StreamAlerts call, as fast as it takes them. */
export async function sendByGrpc(mesh: MeshUnderTest, alerts: readonly BenchAlert[]): Promise<AcceptedAlert[]> {
  using transport = new ChannelTransport({
    address: mesh.ingestAddress,
    services: [AlertService],
    defaultTimeoutMs: 60_000,
  });
  const client = createClient(AlertService, transport);
  async function* requests() {
    for (const alert of alerts) yield { alert };
  }
  const accepted: AcceptedAlert[] = [];
  for await (const { result } of client.streamAlerts(requests())) {
    if (result?.outcome.case !== 'accepted') throw new Error(`refused: ${result?.outcome.value?.message}`);
    accepted.push({ uid: result.outcome.value.uid, acceptedAt: performance.now() });
  }
  return accepted;
}
