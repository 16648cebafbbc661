import { randomUUID } from 'node:crypto';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { pause } from '@vigie/service-kit/async';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { Pool } from 'undici';
import type { BenchAlert } from '../bench-alert.ts';

/** How long each call took, in ms, and how many were refused. */
export interface QuietRun {
  readonly createAlert: readonly number[];
  readonly getAlert: readonly number[];
  readonly failures: number;
}

/** Over each of the two protocols. */
const ALERTS_PER_SECOND = 5;
/** Calls a second in all: each alert is sent and read. */
export const QUIET_CALLS_PER_SECOND = 2 * 2 * ALERTS_PER_SECOND;
const CALL_TIMEOUT_MS = 60_000;
const CONNECTIONS = 8;

/** One way to call the gateway. Rejects if it refuses the call. */
interface Way {
  create(alert: BenchAlert): Promise<void>;
  read(uid: string): Promise<void>;
}

/** Sends alerts at a steady pace from 127.0.0.1, by REST and gRPC in turn, and reads each. */
export class QuietCaller implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #transport: ChannelTransport;
  readonly #ways: readonly Way[];

  constructor(gatewayUrl: string) {
    const address = new URL(gatewayUrl).host;
    this.#pool = new Pool(gatewayUrl, { connections: CONNECTIONS });
    this.#transport = new ChannelTransport({ address, services: [AlertService], defaultTimeoutMs: CALL_TIMEOUT_MS });
    this.#ways = [restWay(this.#pool), grpcWay(this.#transport)];
  }

  async run(seconds: number): Promise<QuietRun> {
    const run = { createAlert: [] as number[], getAlert: [] as number[], failures: 0 };
    const perSecond = ALERTS_PER_SECOND * this.#ways.length;
    const startedAt = performance.now();
    const calls: Promise<void>[] = [];
    for (let index = 0; index < seconds * perSecond; index++) {
      await pause(Math.max(0, startedAt + (index * 1_000) / perSecond - performance.now()));
      calls.push(sendAndRead(this.#ways[index % this.#ways.length] as Way, run));
    }
    await Promise.all(calls);
    return run;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#transport[Symbol.dispose]();
    await this.#pool.close();
  }
}

async function sendAndRead(way: Way, run: { createAlert: number[]; getAlert: number[]; failures: number }) {
  const uid = `quiet-${randomUUID()}`;
  const alert = { uid, video: '/videos/mp4-faststart.mp4', timestamp: Date.now() / 1_000, store: 'quiet' };
  const calls = { createAlert: () => way.create(alert), getAlert: () => way.read(uid) };
  for (const method of ['createAlert', 'getAlert'] as const) {
    const startedAt = performance.now();
    await calls[method]().catch(() => run.failures++);
    run[method].push(performance.now() - startedAt);
  }
}

function restWay(pool: Pool): Way {
  const request = async (method: 'GET' | 'POST', path: string, accepted: readonly number[], sent?: object) => {
    const { statusCode, body } = await pool.request({
      method,
      path,
      headers: { 'content-type': 'application/json' },
      body: sent === undefined ? null : JSON.stringify(sent),
    });
    await body.dump();
    if (!accepted.includes(statusCode)) throw new Error(`refused with ${statusCode}`);
  };
  return {
    create: alert => request('POST', '/v1/alerts', [202], alert),
    // Its row may not be there yet.
    read: uid => request('GET', `/v1/alerts/${uid}`, [200, 404]),
  };
}

function grpcWay(transport: ChannelTransport): Way {
  const client = createClient(AlertService, transport);
  return {
    async create(alert) {
      await client.createAlert({ alert });
    },
    async read(uid) {
      await client.getAlert({ uid }).catch(error => {
        if (ConnectError.from(error).code !== Code.NotFound) throw error;
      });
    },
  };
}
