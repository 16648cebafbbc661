import type { ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { shareRunning } from '../async/share-running.ts';
import { HttpListener, type RequestListener } from '../http-listener/http-listener.ts';
import { AllowedHosts } from '../web/allowed-hosts.ts';
import type { Health, Readiness } from './health.ts';
import { renderMetrics } from './render-metrics.ts';

export interface HealthServerOptions {
  readonly host: string;
  readonly port: number;
  readonly health: Health;
  readonly metrics: Registry;
  /** Names under which it may be called, besides addresses and `localhost`. */
  readonly allowedHosts: readonly string[];
}

/** Beyond, the longest idle one gives way, so that probes always get through. */
const MAX_CONNECTIONS = 256;
/** A longer one is not repeated to its sender. */
const MAX_HOST_LENGTH = 256;

/**
 * Serves `/healthz` (the process runs), `/readyz` (so does all it depends on) and `/metrics` (Prometheus). A browser
 * lets no web page of another site read them, as nothing here says that it may, and none reaches them by DNS rebinding.
 */
export async function startHealthServer(options: HealthServerOptions): Promise<AsyncDisposable & { port: number }> {
  const hosts = new AllowedHosts(options.allowedHosts);
  // However many ask at once, it costs no more than one.
  const readiness = shareRunning(() => options.health.readiness());
  const metrics = shareRunning(() => renderMetrics(options.metrics));
  const listener: RequestListener = (request, response) => {
    const { host } = request.headers;
    if (!hosts.allows(host)) return sendHostRefused(response, host);
    const path = request.url?.split('?')[0];
    if (path === '/healthz') return sendJson(response, 200, { status: 'ok' });
    if (path === '/readyz') return void sendReadiness(response, readiness);
    if (path === '/metrics') return void sendMetrics(response, options.metrics.contentType, metrics);
    sendJson(response, 404, { error: 'There are /healthz, /readyz and /metrics.' });
  };
  const limits = { maxConnections: MAX_CONNECTIONS, maxConnectionsPerCaller: MAX_CONNECTIONS };
  const server = new HttpListener({ listener, lameDuckMs: 0, shutdownGraceMs: 0, limits });
  const port = await server.listen(options.host, options.port);
  return { port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function sendHostRefused(response: ServerResponse, host = ''): void {
  const named = host.slice(0, MAX_HOST_LENGTH);
  const error = `Not served as ${named}: call it by its address, by the service's name or by a name in ALLOWED_HOSTS.`;
  sendJson(response, 403, { error });
}

async function sendReadiness(response: ServerResponse, ask: () => Promise<Readiness>): Promise<void> {
  const readiness = await ask();
  sendJson(response, readiness.ready ? 200 : 503, readiness);
}

async function sendMetrics(
  response: ServerResponse,
  contentType: string,
  render: () => Promise<string>,
): Promise<void> {
  try {
    const text = await render();
    response.writeHead(200, { 'content-type': contentType }).end(text);
  } catch (error) {
    sendJson(response, 500, { error: String(error) });
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
