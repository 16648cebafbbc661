/** Callers that send alerts as fast as they are answered, each from a loopback address of its own. */
import { randomUUID } from 'node:crypto';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { encodeEnvelope } from '@vigie/service-kit/limits';
import { Pool } from 'undici';

/** How many calls were answered, by what with. */
export interface NoisyCounts {
  readonly accepted: number;
  readonly refused: number;
}

/** What they are asked; they answer with their counts. They begin paused. */
export type NoisyRequest = 'resume' | 'pause';

/** Of each caller: calls in flight over HTTP/1.1, a connection each, and over gRPC, on one connection. */
const REST_CALLS = 32;
const GRPC_CALLS = 32;
/** Of all callers together: it ends by itself whatever becomes of the bench. */
const MAX_CALLS = 500_000;
const MAX_SECONDS = 600;

const [gatewayUrl = '', count] = process.argv.slice(2);
const { hostname: host, port, origin } = new URL(gatewayUrl);
const counts = { accepted: 0, refused: 0 };
let isRunning = false;
let resumed = Promise.withResolvers<void>();

function nextAlert() {
  const video = '/videos/mp4-faststart.mp4';
  return { uid: `noisy-${randomUUID()}`, video, timestamp: Date.now() / 1_000, store: 'noisy' };
}

async function callWithoutEnd(call: () => Promise<boolean>): Promise<void> {
  while (counts.accepted + counts.refused < MAX_CALLS) {
    await resumed.promise;
    if (await call()) counts.accepted++;
    else counts.refused++;
  }
}

async function post(pool: Pool): Promise<boolean> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/v1/alerts',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(nextAlert()),
  });
  await body.dump();
  return statusCode === 202;
}

function callGrpc(session: ClientHttp2Session): Promise<boolean> {
  const stream = session.request({
    ':method': 'POST',
    ':path': '/vigie.alert.v1.AlertService/CreateAlert',
    'content-type': 'application/grpc+json',
    te: 'trailers',
  });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let status: unknown;
  const note = (headers: object) => {
    status ??= (headers as Record<string, unknown>)['grpc-status'];
  };
  stream
    .on('response', note)
    .on('trailers', note)
    .on('error', () => {});
  stream.once('close', () => resolve(status === '0')).resume();
  stream.end(encodeEnvelope(0, Buffer.from(JSON.stringify({ alert: nextAlert() }))));
  return promise;
}

function flood(localAddress: string): Promise<unknown>[] {
  const pool = new Pool(origin, { connections: REST_CALLS, localAddress });
  const socket = connect({ host, port: Number(port), localAddress });
  const session = connectHttp2(origin, { createConnection: () => socket });
  return [
    ...Array.from({ length: REST_CALLS }, () => callWithoutEnd(() => post(pool))),
    ...Array.from({ length: GRPC_CALLS }, () => callWithoutEnd(() => callGrpc(session))),
  ];
}

process.on('disconnect', () => process.exit());
setTimeout(() => process.exit(), MAX_SECONDS * 1_000).unref();
const floods = Array.from({ length: Number(count) }, (_, index) => flood(`127.0.0.${index + 2}`)).flat();
process.on('message', (wanted: NoisyRequest) => {
  if (isRunning && wanted === 'pause') resumed = Promise.withResolvers();
  isRunning = wanted === 'resume';
  if (isRunning) resumed.resolve();
  process.send?.(counts satisfies NoisyCounts);
});
process.send?.(counts);
await Promise.all(floods);
