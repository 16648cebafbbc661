import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { TerminalLogs } from '../logs/terminal-logs.ts';
import { Mesh } from '../mesh.ts';
import { restartCrashed } from './crash-restarts.ts';
import { findOutcomeDifferences } from './outcome-differences.ts';
import { outcomeTable } from './outcome-table.ts';
import { firstCommands, pasteCommands } from './paste-commands.ts';
import { sendSampleAlerts } from './sample-alerts.ts';
import { readSampleVideos } from './sample-videos.ts';
import { readStartConfig } from './start-config.ts';
import type { StartOptions } from './start-options.ts';
import { listenForStop, StopAsked } from './stop-signal.ts';

// Of a process that SIGINT ended, by the convention of shells.
const INTERRUPTED = 130;

/** @returns the exit code */
export async function runStart({ once: onlyOnce, replicas }: StartOptions): Promise<number> {
  const config = readStartConfig(process.env);
  let mesh: Mesh | undefined;
  const stop = listenForStop(() => void mesh?.kill());
  try {
    mesh = await Mesh.boot({ ...config, replicas, signal: stop, onProgress: step => console.log(`  ${step}`) });
    return await runMesh(mesh, stop, onlyOnce);
  } catch (error) {
    if (error instanceof StopAsked) return INTERRUPTED;
    throw error;
  }
}

async function runMesh(mesh: Mesh, stop: AbortSignal, onlyOnce: boolean): Promise<number> {
  using terminalLogs = new TerminalLogs(mesh.services.map(({ log }) => log));
  const ended = new AbortController();
  restartCrashed(mesh, { signal: AbortSignal.any([stop, ended.signal]), say: console.log });
  try {
    return await showSamples(mesh, terminalLogs, stop, onlyOnce);
  } finally {
    ended.abort();
    await mesh.stop();
  }
}

async function showSamples(mesh: Mesh, logs: TerminalLogs, stop: AbortSignal, onlyOnce: boolean): Promise<number> {
  const samples = await readSampleVideos();
  console.log(`  sending an alert for each of ${samples.length} sample videos`);
  logs.quietUntil = Number.POSITIVE_INFINITY;
  const outcomes = await sendSampleAlerts(mesh.url, samples, stop);
  logs.flush();
  console.log(`\n${outcomeTable(outcomes)}\n`);
  const isAsExpected = outcomes.every(outcome => findOutcomeDifferences(outcome).length === 0);
  if (onlyOnce) return isAsExpected ? 0 : 1;
  const uid = outcomes[0]?.uid ?? '';
  const commandsFile = path.join(mesh.dataDir, 'commands.txt');
  await writeFile(commandsFile, `${pasteCommands(mesh, uid)}\n`);
  console.log(`${firstCommands(mesh, uid)}\n\nMore commands to paste (gRPC, NATS, Postgres): ${commandsFile}`);
  console.log('Logs of the services follow. Ctrl-C ends everything.\n');
  logs.quietUntil = Date.now();
  if (!stop.aborted) await once(stop, 'abort');
  return 0;
}
