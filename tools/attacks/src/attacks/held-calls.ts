import { pause, poll } from '@vigie/service-kit/async';
import { type Attack, type AttackResult, PORTS, type Port, type Target } from '../attack.ts';
import { Http2Client, type Http2Request } from '../clients/http2-client.ts';
import { PROBE_STREAM, STREAM_ALERTS, unaryCall } from '../payloads/calls.ts';
import { frame } from '../payloads/protobuf.ts';

/** More than a port admits of one caller. */
const CALLS = 2_100;
const UNENDED_REQUESTS = 10_000;
const CALLS_A_CONNECTION = 700;
/** The port may still be busy with what has come. */
const SERVED_WITHIN_MS = 10_000;
/** Of others, at once. */
const CALLS_BESIDE = 50;
/** Who waits longer for its client has to give way. */
const GIVES_WAY_AFTER_MS = 1_000;
/** The head of a message of 8 MiB. */
const HALF_MESSAGE = Buffer.from('0000800000', 'hex');
const REFLECTION = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';

const STREAMS: Readonly<Record<Port, string>> = {
  gateway: STREAM_ALERTS,
  'ingest-svc': STREAM_ALERTS,
  'probe-svc': PROBE_STREAM,
  'store-svc': REFLECTION,
};

interface HeldRequest extends Http2Request {
  /** Whether the client says that its request is complete. */
  readonly isEnded: boolean;
}

/** Calls that go on for as long as the stranger likes. */
export const HELD_CALLS: readonly Attack[] = [
  {
    name: 'half-messages',
    what: `${CALLS} streams that send the head of a message of 8 MiB, and nothing more`,
    ports: PORTS,
    memoryMiB: 256,
    run: target => {
      const { headers } = unaryCall(STREAMS[target.port], Buffer.alloc(0), 'grpc');
      return hold(target, CALLS, { headers, body: HALF_MESSAGE, isEnded: false });
    },
  },
  {
    name: 'unread-answers',
    what: `${CALLS} calls whose answers are not read`,
    ports: PORTS,
    memoryMiB: 256,
    run: target => {
      const { headers } = unaryCall('/grpc.health.v1.Health/Check', Buffer.alloc(0), 'grpc');
      return hold(target, CALLS, { headers, body: frame(Buffer.alloc(0)), isEnded: true });
    },
  },
  {
    name: 'unended-requests',
    what: `${UNENDED_REQUESTS} CONNECT requests that are refused and never end`,
    ports: PORTS,
    memoryMiB: 128,
    run: target => {
      const headers = { ':method': 'CONNECT', ':authority': target.address };
      return hold(target, UNENDED_REQUESTS, { headers, isEnded: false });
    },
  },
];

/** Holds as many calls as a port takes, and looks whether others are served beside them. */
async function hold({ mesh, address }: Target, count: number, request: HeldRequest): Promise<AttackResult> {
  const clients: Http2Client[] = [];
  try {
    while (clients.length * CALLS_A_CONNECTION < count) {
      const client = await Http2Client.open(address, { initialWindowSize: 0 });
      clients.push(client);
      for (let call = 0; call < CALLS_A_CONNECTION; call++) {
        const stream = client.open(request);
        if (request.body !== undefined) stream?.write(request.body);
        if (request.isEnded) stream?.end();
      }
    }
    await pause(GIVES_WAY_AFTER_MS);
    let unserved: string[] = [];
    const served = await poll(
      async () => {
        unserved = await findUnserved(mesh.url);
        return unserved.length === 0 ? true : undefined;
      },
      { intervalMs: 100, timeoutMs: SERVED_WITHIN_MS },
    );
    const breaches = served ? [] : [`others are not served beside them: ${unserved.join(', ')}`];
    return { answers: [], allowed: [], breaches };
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
}

/** How calls of others fail, each way once. */
async function findUnserved(url: string): Promise<string[]> {
  const statuses = await Promise.all(
    Array.from({ length: CALLS_BESIDE }, async (_, index) => {
      try {
        const answer = await (index % 2 === 0 ? fetch(`${url}/v1/alerts/none`) : fetch(`${url}/v1/alerts`, alert()));
        await answer.text();
        return `HTTP ${answer.status}`;
      } catch (error) {
        return String((error as Error).cause ?? error);
      }
    }),
  );
  return [...new Set(statuses)].filter(status => status !== 'HTTP 202' && status !== 'HTTP 404');
}

function alert(): RequestInit {
  const body = { uid: crypto.randomUUID(), video: '/videos/none.mp4', timestamp: Date.now() / 1000, store: 'beside' };
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
