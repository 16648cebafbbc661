import { TerminalLogs } from '../logs/terminal-logs.ts';
import { Mesh } from '../mesh.ts';
import { serviceSource } from '../services/service-bundle.ts';
import { readStartConfig } from '../start/start-config.ts';
import { listenForStop, StopAsked } from '../start/stop-signal.ts';
import type { DevOptions } from './dev-options.ts';
import { restartChanged } from './restart-changed.ts';

// Of a process that SIGINT ended, by the convention of shells.
const INTERRUPTED = 130;

/** @returns the exit code */
export async function runDev({ inspectorPorts }: DevOptions): Promise<number> {
  const config = readStartConfig(process.env);
  let mesh: Mesh | undefined;
  const stop = listenForStop(() => void mesh?.kill());
  const inspectors = [...inspectorPorts].map(([service, port]) => [service, inspectorEnvironment(port)]);
  try {
    mesh = await Mesh.boot({
      ...config,
      serviceMain: serviceSource,
      serviceEnv: Object.fromEntries(inspectors),
      signal: stop,
      onProgress: step => console.log(`  ${step}`),
    });
  } catch (error) {
    if (error instanceof StopAsked) return INTERRUPTED;
    throw error;
  }
  await watch(mesh, inspectorPorts, stop);
  return 0;
}

function inspectorEnvironment(port: number): NodeJS.ProcessEnv {
  return { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --inspect=127.0.0.1:${port}`.trim() };
}

async function watch(mesh: Mesh, inspectorPorts: DevOptions['inspectorPorts'], stop: AbortSignal): Promise<void> {
  using _logs = new TerminalLogs(mesh.services.map(({ log }) => log));
  mesh.onUnexpectedExit(process => console.log(`${process.name} has ended: it starts again with the next change.`));
  console.log(`\ngateway    ${mesh.url}`);
  for (const [service, port] of inspectorPorts) console.log(`debugger   ${service} on port ${port}`);
  console.log('\nA service restarts when its source changes. Ctrl-C ends everything.\n');
  try {
    await restartChanged(mesh, { signal: stop, say: console.log });
  } finally {
    await mesh.stop();
  }
}
