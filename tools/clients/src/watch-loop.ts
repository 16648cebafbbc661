import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Mesh } from '@vigie/dev-env';
import { temporaryDir, waitFor } from '@vigie/dev-env/testing';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { documentedBlock } from './documented-blocks.ts';

const RUNNER = path.join(import.meta.dirname, '../python/run_watch_loop.py');
/** An outcome takes a second; the loop itself pauses for up to 30 s. */
const LINE_TIMEOUT_MS = 90_000;

export interface WatchLoopOptions {
  readonly python: string;
  /** The folder with the generated code. */
  readonly generated: string;
}

/**
 * Runs the documented watch loop on a mesh, over a restart of the gateway, over one of its own, and with a token whose
 * outcomes are gone. @throws Error if it misses an outcome
 */
export async function runWatchLoop({ python, generated }: WatchLoopOptions): Promise<void> {
  await using dir = await temporaryDir();
  await using mesh = await Mesh.boot({ ports: 'free' });
  const loopFile = path.join(dir.path, 'loop.py');
  const tokenFile = path.join(dir.path, 'token');
  writeFileSync(loopFile, documentedBlock('python', 'WatchAlerts'));
  const start = () => new LoopProcess(python, [RUNNER, loopFile, tokenFile, new URL(mesh.url).host], generated);
  let sent = 0;
  const send = async (): Promise<string> => {
    const uid = `watched-${++sent}`;
    const alert = { uid, video: '/videos/mp4-faststart.mp4', timestamp: 1748871320.68, store: 'store-42' };
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${mesh.url}/v1/alerts`, { method: 'POST', headers, body: JSON.stringify(alert) });
    if (!response.ok) throw new Error(`${uid} is refused: ${response.status} ${await response.text()}`);
    return `handled ${uid}`;
  };

  {
    await using loop = start();
    await loop.until('saved');
    await loop.until(await send());
    await mesh.service('gateway').restart();
    await loop.until(await send());
  }
  const missed = await send();
  {
    await using loop = start();
    await loop.until(missed);
  }
  await send();
  await loseOutcomes(mesh, sent);
  await using loop = start();
  await loop.until('caught up');
  await loop.until('saved');
  await loop.until(await send());
}

/** Trims the outcomes of `count` alerts once all of them are there, and ends those who remember the latest. */
async function loseOutcomes(mesh: Mesh, count: number): Promise<void> {
  const connection = await connect({ ...readNatsUrl(mesh.addresses.natsUrls.operator) });
  try {
    const { streams } = await jetstreamManager(connection);
    await waitFor('the outcomes', async () => (await streams.info('OUTCOMES')).state.messages >= count || undefined);
    await streams.purge('OUTCOMES');
  } finally {
    await connection.close();
  }
  await mesh.service('store-svc').restart();
  await mesh.service('gateway').restart();
}

class LoopProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #said: string[] = [];

  constructor(python: string, args: readonly string[], generated: string) {
    this.#child = spawn(python, args, {
      env: { ...process.env, PYTHONPATH: generated, PYTHONUNBUFFERED: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#lines = createInterface(this.#child.stdout as NodeJS.ReadableStream)[Symbol.asyncIterator]();
  }

  /** Resolves once the loop has said that line. */
  async until(wanted: string): Promise<void> {
    const timeout = AbortSignal.timeout(LINE_TIMEOUT_MS);
    const timedOut = once(timeout, 'abort').then(() => undefined);
    while (true) {
      const line = await Promise.race([this.#lines.next(), timedOut]);
      if (line === undefined || line.done) {
        throw new Error(`The watch loop does not say "${wanted}", only: ${this.#said.join(', ') || 'nothing'}.`);
      }
      this.#said.push(line.value);
      if (line.value === wanted) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
