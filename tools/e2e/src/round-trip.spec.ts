import { create, toJson } from '@bufbuild/protobuf';
import { createClient, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { storeToken } from '@vigie/alert/streams';
import { asShown, type GeneratedAlert, generateAlerts, openJetStream, waitFor } from '@vigie/dev-env/testing';
import { AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { getJson, postJson } from './rest-client.ts';

/** By each way; `alert-round-trip.spec.ts` of the gateway and its like try the codecs alone, with many more. */
const ALERTS = 15;

describe('an alert from anywhere in the legal range', () => {
  const mesh = useMesh();
  const teardown = new AsyncDisposableStack();
  after(() => teardown.disposeAsync());

  const transports: Record<string, () => Transport> = {
    'Connect, JSON': () => createConnectTransport({ baseUrl: mesh().url, httpVersion: '1.1', useBinaryFormat: false }),
    'Connect, binary': () => createConnectTransport({ baseUrl: mesh().url, httpVersion: '2', useBinaryFormat: true }),
    'gRPC-Web': () => createGrpcWebTransport({ baseUrl: mesh().url, httpVersion: '1.1' }),
    gRPC: () => createGrpcTransport({ baseUrl: mesh().url }),
  };
  const overRest = (uid: string) => getJson(`${mesh().url}/v1/alerts/${encodeURIComponent(uid)}`);

  const ways: Record<string, (alerts: readonly GeneratedAlert[]) => Promise<unknown>> = {
    REST: alerts => Promise.all(alerts.map(alert => postJson(`${mesh().url}/v1/alerts`, alert))),
    'a batch over REST': alerts => postJson(`${mesh().url}/v1/alerts:batch`, { alerts }),
    async NATS(alerts) {
      const { client } = await openJetStream(teardown, mesh().addresses.natsUrls.operator);
      await Promise.all(
        alerts.map(alert => client.publish(`alerts.received.${storeToken(alert.store)}`, JSON.stringify(alert))),
      );
    },
    ...Object.fromEntries(
      Object.entries(transports).map(([name, open]) => [
        name,
        async (alerts: readonly GeneratedAlert[]) => {
          const client = createClient(AlertService, open());
          await Promise.all(alerts.map(alert => client.createAlert({ alert })));
        },
      ]),
    ),
  };

  for (const [index, [way, send]] of Object.entries(ways).entries()) {
    it(`is stored and shown as it was sent: ${way}`, async () => {
      const alerts = [...generateAlerts(ALERTS, Date.now() + index)].map(alert => ({
        ...alert,
        uid: `${index}${alert.uid}`,
      }));
      await send(alerts);
      for (const alert of alerts) {
        const { json } = await waitFor(`the row of ${alert.uid}`, async () => {
          const answer = await overRest(alert.uid);
          return answer.status === 200 ? answer : undefined;
        });
        const { uid, video, timestamp, store, labels } = json;
        expect({ uid, video, timestamp, store, labels }).to.deep.equal(asShown(alert));
        for (const open of Object.values(transports)) {
          const shown = await createClient(AlertService, open()).getAlert({ uid });
          const other = toJson(AlertSchema, create(AlertSchema, shown));
          // Which leaves out what is empty.
          expect({ labels: {}, ...(other as object) }).to.deep.include(asShown(alert));
        }
      }
      const [{ store }] = alerts as [GeneratedAlert];
      const { json } = await getJson(`${mesh().url}/v1/alerts?stores=${encodeURIComponent(store)}&page_size=1000`);
      expect(json.alerts.map(({ uid }: { uid: string }) => uid)).to.include(alerts[0]?.uid);
    });
  }
});
