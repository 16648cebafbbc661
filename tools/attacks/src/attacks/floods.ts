import { once } from 'node:events';
import type { ClientHttp2Stream } from 'node:http2';
import { pause } from '@vigie/service-kit/async';
import { type Attack, type AttackResult, PORTS, REFUSED, type Target } from '../attack.ts';
import type { Answer } from '../clients/answer.ts';
import { Http2Client, type Http2Request, readAnswer } from '../clients/http2-client.ts';
import { LIST_METHODS, PROBE_STREAM, PROBE_VIDEO, STREAM_ALERTS, unaryCall } from '../payloads/calls.ts';
import { frame, lengthDelimited } from '../payloads/protobuf.ts';

const CALLS_AT_ONCE = 6_000;
const CONNECTIONS = 60;
const RESETS = 10_000;
const LARGE_BODIES = 40;
const LARGE_BODY_BYTES = 7 * 1024 * 1024;
const BIG_PROBES = 120;
const SENDERS = 40;
const SENT_AHEAD_BYTES = 16 * 1024 * 1024;

/** Above the video server's root: served by nginx from the folder that the mesh was given. */
export const BIG_MOOV_VIDEO = '/videos/big-moov.mp4';

/** More calls, streams or bytes at once than a service can work on. */
export const FLOODS: readonly Attack[] = [
  {
    name: 'calls-at-once',
    what: `${CALLS_AT_ONCE} calls at once over ${CONNECTIONS} connections`,
    ports: PORTS,
    memoryMiB: 256,
    run: target => callAtOnce(target, CALLS_AT_ONCE, unaryCall(LIST_METHODS[target.port], smallAlerts(), 'grpc')),
  },
  {
    name: 'rapid-reset',
    what: `${RESETS} streams opened and reset at once on one connection (CVE-2023-44487)`,
    ports: PORTS,
    run: resetRapidly,
  },
  {
    name: 'large-bodies',
    what: `${LARGE_BODIES} requests of 7 MiB at once`,
    ports: PORTS,
    memoryMiB: 192,
    run: target => callAtOnce(target, LARGE_BODIES, unaryCall(LIST_METHODS[target.port], largeAlerts(), 'grpc')),
  },
  {
    name: 'big-moov',
    what: `${BIG_PROBES} probes at once of a video with a moov box of 14 MB`,
    ports: ['gateway', 'probe-svc'],
    memoryMiB: 256,
    run: target =>
      callAtOnce(target, BIG_PROBES, unaryCall(PROBE_VIDEO, lengthDelimited(1, Buffer.from(BIG_MOOV_VIDEO)), 'grpc')),
  },
  {
    name: 'probe-streams',
    what: `${SENDERS} ProbeStream calls that send 16 MiB each and never end`,
    ports: ['gateway', 'probe-svc'],
    memoryMiB: 192,
    run: sendAhead,
  },
  {
    name: 'deaf-streams',
    what: `${SENDERS} StreamAlerts calls that send alerts and read no answer`,
    ports: ['gateway', 'ingest-svc'],
    run: target => streamDeaf(target),
  },
];

async function callAtOnce({ address }: Target, count: number, call: Http2Request): Promise<AttackResult> {
  const clients = await openClients(address, Math.min(CONNECTIONS, count));
  try {
    const calls = Array.from({ length: count }, (_, index) => clients[index % clients.length]?.call(call));
    const answers = (await Promise.all(calls)).filter(answer => answer !== undefined);
    const wordless = answers.filter(
      ({ ending, saysWhenToRetry }) => ending === 'RESOURCE_EXHAUSTED' && !saysWhenToRetry,
    );
    const breaches =
      wordless.length === 0 ? [] : [`${wordless.length} refusals don't say when to retry: ${wordless[0]?.message}`];
    // Not all that were admitted are done in time.
    const late = ['DEADLINE_EXCEEDED', 'UNAVAILABLE'];
    return { answers, allowed: ['OK', ...REFUSED, ...late, 'RST REFUSED_STREAM'], breaches };
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
}

async function resetRapidly({ address, port }: Target): Promise<AttackResult> {
  using client = await Http2Client.open(address);
  const call = unaryCall(LIST_METHODS[port], smallAlerts(), 'grpc');
  const gone = new Promise<true>(resolve => client.session.once('close', () => resolve(true)));
  for (let count = 0; count < RESETS && client.isOpen; count++) {
    client.open(call)?.close(8);
    if (count % 500 === 499) await pause(5);
  }
  const ended = await Promise.race([gone, pause(10_000).then(() => false)]);
  return { answers: [], allowed: [], breaches: ended ? [] : ['the connection was left open'] };
}

/** What waits in the sender because the other side does not read costs the other side nothing. */
async function sendAhead({ address }: Target): Promise<AttackResult> {
  const chunk = frame(lengthDelimited(1, Buffer.alloc(64 * 1024, 1)));
  return stream(address, PROBE_STREAM, chunk, SENT_AHEAD_BYTES, true);
}

async function streamDeaf({ address }: Target): Promise<AttackResult> {
  const alert = frame(smallAlerts());
  return stream(address, STREAM_ALERTS, alert, 4 * 1024 * 1024, false);
}

async function stream(
  address: string,
  path: string,
  message: Buffer,
  bytes: number,
  reads: boolean,
): Promise<AttackResult> {
  const clients = await openClients(address, SENDERS);
  const { headers } = unaryCall(path, Buffer.alloc(0), 'grpc');
  const answers: Answer[] = [];
  try {
    const streams = clients.map(client => client.open({ headers })).filter(opened => opened !== undefined);
    for (const opened of streams) {
      if (reads) void readAnswer(opened).then(answer => answers.push(answer));
      else opened.pause();
    }
    await Promise.all(streams.map(opened => writeUntilFull(opened, message, bytes)));
    return { answers, allowed: ['OK', ...REFUSED] };
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
}

/** Ends where the other side has taken nothing for a while, too. */
async function writeUntilFull(stream: ClientHttp2Stream, message: Buffer, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes && !stream.destroyed; sent += message.length) {
    if (stream.write(message)) continue;
    const drained = once(stream, 'drain').then(
      () => true,
      () => false,
    );
    if (!(await Promise.race([drained, pause(2_000).then(() => false)]))) return;
  }
}

function openClients(address: string, count: number): Promise<Http2Client[]> {
  return Promise.all(Array.from({ length: count }, () => Http2Client.open(address)));
}

function smallAlerts(): Buffer {
  return lengthDelimited(1, lengthDelimited(1, Buffer.from('attack')));
}

function largeAlerts(): Buffer {
  return lengthDelimited(1, lengthDelimited(1, Buffer.alloc(LARGE_BODY_BYTES, 0x61)));
}
