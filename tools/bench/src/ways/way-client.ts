import { Agent } from 'node:http';
import { createClient, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { Slots } from '@vigie/service-kit/async';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { Pool } from 'undici';
import type { BenchAlert } from '../bench-alert.ts';
import type { Way } from './ways.ts';

/** Of one way, with its connections open between the rounds. */
export interface WayClient extends AsyncDisposable {
  /**
   * Sends the alerts, as fast as they are answered.
   *
   * @returns how long each call took, in ms; of a stream, each alert
   * @throws Error if an alert is refused
   */
  send(alerts: readonly BenchAlert[]): Promise<readonly number[]>;
}

export interface WayClientOptions {
  readonly gatewayUrl: string;
  /** What `rest-key` shows. */
  readonly apiKey: string;
  /** Alerts of one call of `batch`. */
  readonly batch: number;
}

/** Calls of one alert that are in flight at once; also unanswered alerts of a stream. */
const CALLS = 64;
/** So many that ingest-svc always has alerts to publish. */
const BATCH_CALLS = 4;
const TIMEOUT_MS = 60_000;

export function openWay(way: Way, { gatewayUrl, apiKey, batch }: WayClientOptions): WayClient {
  switch (way) {
    case 'rest':
      return postOneByOne(gatewayUrl);
    case 'rest-key':
      return postOneByOne(gatewayUrl, { authorization: `Bearer ${apiKey}` });
    case 'batch':
      return postBatches(gatewayUrl, batch);
    case 'stream':
      return streamAlerts(gatewayUrl);
    default:
      return createOneByOne(openTransport(way, gatewayUrl));
  }
}

function postOneByOne(gatewayUrl: string, headers: Readonly<Record<string, string>> = {}): WayClient {
  const pool = new Pool(gatewayUrl, { connections: CALLS });
  return {
    send: alerts => callEach(alerts, CALLS, alert => post(pool, '/v1/alerts', alert, headers)),
    [Symbol.asyncDispose]: () => pool.close(),
  };
}

function postBatches(gatewayUrl: string, size: number): WayClient {
  const pool = new Pool(gatewayUrl, { connections: BATCH_CALLS });
  return {
    send: alerts => callEach(batchesOf(alerts, size), BATCH_CALLS, batch => postBatch(pool, batch)),
    [Symbol.asyncDispose]: () => pool.close(),
  };
}

async function postBatch(pool: Pool, alerts: readonly BenchAlert[]): Promise<void> {
  const answer = await post(pool, '/v1/alerts:batch', { alerts });
  const { results } = JSON.parse(answer) as { results: { accepted?: object }[] };
  const accepted = results.filter(result => result.accepted !== undefined);
  if (accepted.length !== alerts.length) throw new Error(`refused in a batch: ${answer}`);
}

async function post(
  pool: Pool,
  path: string,
  body: object,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const headers = { 'content-type': 'application/json', ...more };
  const answer = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(body) });
  const text = await answer.body.text();
  if (answer.statusCode !== 202) throw new Error(`refused with ${answer.statusCode}: ${text}`);
  return text;
}

/** Connect and gRPC-Web over as many connections as REST; gRPC has one. */
function openTransport(way: 'connect' | 'grpc' | 'grpc-web', gatewayUrl: string): Transport & AsyncDisposable {
  if (way === 'grpc') return openChannel(gatewayUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: CALLS });
  const create = way === 'connect' ? createConnectTransport : createGrpcWebTransport;
  const transport = create({ baseUrl: gatewayUrl, httpVersion: '1.1', nodeOptions: { agent } });
  return { ...transport, [Symbol.asyncDispose]: async () => agent.destroy() };
}

function openChannel(gatewayUrl: string): Transport & AsyncDisposable {
  const address = new URL(gatewayUrl).host;
  const channel = new ChannelTransport({ address, services: [AlertService], defaultTimeoutMs: TIMEOUT_MS });
  return Object.assign(channel, { [Symbol.asyncDispose]: async () => channel[Symbol.dispose]() });
}

function createOneByOne(transport: Transport & AsyncDisposable): WayClient {
  const client = createClient(AlertService, transport);
  return {
    send: alerts => callEach(alerts, CALLS, alert => client.createAlert({ alert })),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

function streamAlerts(gatewayUrl: string): WayClient {
  const transport = openChannel(gatewayUrl);
  const client = createClient(AlertService, transport);
  return {
    async send(alerts) {
      const slots = new Slots(CALLS);
      const sent: { readonly at: number; readonly slot: Disposable }[] = [];
      async function* requests() {
        for (const alert of alerts) {
          const slot = await slots.take();
          sent.push({ at: performance.now(), slot });
          yield { alert };
        }
      }
      const times: number[] = [];
      for await (const { result } of client.streamAlerts(requests())) {
        if (result?.outcome.case !== 'accepted') throw new Error(`refused: ${result?.outcome.value?.message}`);
        const { at, slot } = sent[times.length] as (typeof sent)[number];
        times.push(performance.now() - at);
        slot[Symbol.dispose]();
      }
      return times;
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

/** @returns how long each call took, in ms */
async function callEach<T>(
  items: readonly T[],
  atOnce: number,
  call: (item: T) => Promise<unknown>,
): Promise<readonly number[]> {
  const waiting = items.values();
  const times: number[] = [];
  async function callInTurn(): Promise<void> {
    for (const item of waiting) {
      const startedAt = performance.now();
      await call(item);
      times.push(performance.now() - startedAt);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, callInTurn));
  return times;
}

function batchesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
