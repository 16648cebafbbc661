import { pause } from '@vigie/service-kit/async';
import type { Attack, AttackResult, Target } from '../attack.ts';
import type { Answer } from '../clients/answer.ts';
import { Http2Client, readAnswer } from '../clients/http2-client.ts';
import { WATCH_ALERTS } from '../payloads/calls.ts';
import { frame } from '../payloads/protobuf.ts';

const WATCHES = 2_000;
const WATCHES_A_CONNECTION = 50;

/** Watches that cost the stranger nothing. */
export const WATCH_ATTACKS: readonly Attack[] = [
  {
    name: 'watches',
    what: `${WATCHES} watches of one caller that read nothing, then vanish`,
    ports: ['gateway', 'store-svc'],
    memoryMiB: 128,
    run: watchAndVanish,
  },
];

async function watchAndVanish({ mesh, address }: Target): Promise<AttackResult> {
  const clients: Http2Client[] = [];
  const answers: Answer[] = [];
  const headers = { ':path': WATCH_ALERTS, 'content-type': 'application/grpc', te: 'trailers' };
  const breaches: string[] = [];
  try {
    for (let index = 0; index < WATCHES / WATCHES_A_CONNECTION; index++) {
      const client = await Http2Client.open(address);
      clients.push(client);
      for (let count = 0; count < WATCHES_A_CONNECTION; count++) {
        const stream = client.open({ headers });
        if (stream === undefined) continue;
        stream.end(frame(Buffer.alloc(0)));
        void readAnswer(stream).then(answer => answers.push(answer));
      }
      await pause(10);
    }
    await pause(1_000);
    const answer = await fetch(`${mesh.url}/v1/alerts?pageSize=1`).catch((error: Error) => error);
    if (!(answer instanceof Response && answer.status === 200)) breaches.push(`the API does not answer beside them`);
    const ended = answers.splice(0);
    return { answers: ended, allowed: ['RESOURCE_EXHAUSTED'], breaches };
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
}
