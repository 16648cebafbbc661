import { Pool } from 'undici';
import type { AcceptedAlert, BenchAlert } from './bench-alert.ts';
import type { MeshUnderTest } from './mesh-under-test.ts';

const CONNECTIONS = 64;

/** Posts the alerts one a request, over kept-alive connections that each wait for their answer. */
export async function sendByRest(mesh: MeshUnderTest, alerts: readonly BenchAlert[]): Promise<AcceptedAlert[]> {
  await using pool = disposable(new Pool(mesh.gatewayUrl, { connections: CONNECTIONS }));
  const accepted: AcceptedAlert[] = [];
  const waiting = alerts.values();
  async function send(): Promise<void> {
    for (const alert of waiting) {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: '/v1/alerts',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alert),
      });
      const answer = await body.text();
      if (statusCode !== 202) throw new Error(`refused with ${statusCode}: ${answer}`);
      accepted.push({ uid: alert.uid, acceptedAt: performance.now() });
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, send));
  return accepted;
}

function disposable(pool: Pool): Pool & AsyncDisposable {
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.close() });
}
