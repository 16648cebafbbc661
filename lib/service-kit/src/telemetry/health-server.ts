import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { AllowedHosts } from '../web/allowed-hosts.ts';
import type { Health } from './health.ts';
import { renderMetrics } from './render-metrics.ts';

export interface HealthServerOptions {
  readonly host: string;
  readonly port: number;
  readonly health: Health;
  readonly metrics: Registry;
  /** Names under which it may be called, besides addresses and `localhost`. */
  readonly allowedHosts: readonly string[];
}

/** A longer one is not repeated to its sender. */
const MAX_HOST_LENGTH = 256;

/**
 * Serves `/healthz` (the process runs), `/readyz` (so does all it depends on) and `/metrics` (Prometheus). A browser
 * lets no web page of another site read them, as nothing here says that it may, and none reaches them by DNS rebinding.
 */
export async function startHealthServer(options: HealthServerOptions): Promise<AsyncDisposable & { port: number }> {
  const hosts = new AllowedHosts(options.allowedHosts);
  const server = createServer((request, response) => {
    const { host } = request.headers;
    if (!hosts.allows(host)) return sendHostRefused(response, host);
    const path = request.url?.split('?')[0];
    if (path === '/healthz') return sendJson(response, 200, { status: 'ok' });
    if (path === '/readyz') return void sendReadiness(response, options.health);
    if (path === '/metrics') return void sendMetrics(response, options.metrics);
    sendJson(response, 404, { error: 'There are /healthz, /readyz and /metrics.' });
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function sendHostRefused(response: ServerResponse, host = ''): void {
  const named = host.slice(0, MAX_HOST_LENGTH);
  const error = `Not served as ${named}: call it by its address, by the service's name or by a name in ALLOWED_HOSTS.`;
  sendJson(response, 403, { error });
}

async function sendReadiness(response: ServerResponse, health: Health): Promise<void> {
  const readiness = await health.readiness();
  sendJson(response, readiness.ready ? 200 : 503, readiness);
}

async function sendMetrics(response: ServerResponse, metrics: Registry): Promise<void> {
  try {
    const text = await renderMetrics(metrics);
    response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
  } catch (error) {
    sendJson(response, 500, { error: String(error) });
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
