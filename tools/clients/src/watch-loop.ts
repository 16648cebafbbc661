import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { Mesh } from '@vigie/dev-env';
import { temporaryDir, waitFor } from '@vigie/dev-env/testing';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { documentedBlock } from './documented-blocks.ts';
import { LineProcess } from './line-process.ts';
import { onMesh } from './on-mesh.ts';

const RUNNER = path.join(import.meta.dirname, '../python/run_watch_loop.py');

export interface WatchLoopOptions {
  readonly python: string;
  /** The folder with the generated code. */
  readonly generated: string;
}

/**
 * Runs the documented watch loop on a mesh, over a restart of the gateway, over one of its own, and with a token whose
 * outcomes are gone. @throws Error if it misses an outcome
 */
export function runWatchLoop(options: WatchLoopOptions): Promise<void> {
  return onMesh(mesh => watchOn(mesh, options));
}

async function watchOn(mesh: Mesh, { python, generated }: WatchLoopOptions): Promise<void> {
  await using dir = await temporaryDir();
  const loopFile = path.join(dir.path, 'loop.py');
  const tokenFile = path.join(dir.path, 'token');
  writeFileSync(loopFile, documentedBlock('python', 'WatchAlerts'));
  const env = { PYTHONPATH: generated, PYTHONUNBUFFERED: '1' };
  const start = () => new LineProcess(python, [RUNNER, loopFile, tokenFile, new URL(mesh.url).host], env);
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
