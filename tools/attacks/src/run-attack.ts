import type { Mesh } from '@vigie/dev-env';
import type { ServiceProcess } from '@vigie/dev-env/services';
import { poll } from '@vigie/service-kit/async';
import type { Attack, AttackResult, Port } from './attack.ts';
import { tally } from './clients/answer.ts';
import { readPeaks, resetPeaks } from './memory-peaks.ts';

export interface AttackReport {
  readonly attack: Attack;
  readonly port: Port;
  /** How many calls ended in which way. */
  readonly endings: Readonly<Record<string, number>>;
  /** By how much the memory of each process grew at most, in MiB. */
  readonly grownMiB: ReadonlyMap<string, number>;
  readonly durationMs: number;
  /** What is not as it must be, a line each. */
  readonly breaches: readonly string[];
}

const MEBIBYTE = 1024 * 1024;
const DEFAULT_MEMORY_MIB = 96;
/** How long a service may be busy with what it had taken in before it serves others again. */
const RECOVERY_MS = 20_000;

/** Attacks one port, and looks whether each call got a clear answer, memory stayed flat and the mesh serves others. */
export async function runAttack(attack: Attack, port: Port, mesh: Mesh): Promise<AttackReport> {
  const pids = mesh.services.map(({ pid }) => pid);
  const before = await resetPeaks(mesh.services);
  const startedAt = performance.now();
  const result = await attack.run({ mesh, port, address: mesh.service(port).address });
  const durationMs = performance.now() - startedAt;
  // What one attack ended is there again for the next.
  await Promise.all(mesh.services.map(revive));
  const ended = mesh.services.filter(({ pid }, index) => pid !== pids[index]).map(({ name }) => `${name} ended`);
  const unserved = await explainUnserved(mesh);
  const peaks = await readPeaks(mesh.services);
  const grownMiB = new Map(
    [...peaks].map(([name, peak]) => [name, Math.round((peak - (before.get(name) ?? 0)) / MEBIBYTE)]),
  );
  const endings = tally(result.answers);
  const breaches = [
    ...findWrongEndings(result),
    ...(result.breaches ?? []),
    ...[...grownMiB]
      .filter(([, grown]) => grown > (attack.memoryMiB ?? DEFAULT_MEMORY_MIB))
      .map(([name, grown]) => `${name} grew by ${grown} MiB`),
    ...ended,
    ...(unserved === undefined ? [] : [unserved]),
  ];
  return { attack, port, endings, grownMiB, durationMs, breaches };
}

async function revive(service: ServiceProcess): Promise<void> {
  // One that is about to end, or still busy, fails at first.
  await service.start().catch(() => service.start());
}

function findWrongEndings({ answers, allowed }: AttackResult): string[] {
  const wrong = answers.filter(({ ending }) => !allowed.includes(ending));
  const examples = new Map(wrong.map(({ ending, message }) => [ending, message]));
  const counts = tally(wrong);
  return [...examples].map(
    ([ending, message]) => `${counts[ending]} calls ended as ${ending}: ${message.slice(0, 200)}`,
  );
}

/** @returns undefined once an alert is accepted and shown with its outcome */
async function explainUnserved(mesh: Mesh): Promise<string | undefined> {
  const uid = `after-attack-${crypto.randomUUID()}`;
  const alert = { uid, video: '/videos/none.mp4', timestamp: Date.now() / 1000, store: 'after-attack' };
  let reason = '';
  const shown = await poll(
    async () => {
      try {
        const headers = { 'content-type': 'application/json' };
        const signal = AbortSignal.timeout(2_000);
        const body = JSON.stringify(alert);
        const sent = await fetch(`${mesh.url}/v1/alerts`, { method: 'POST', headers, body, signal });
        reason = `POST /v1/alerts answers ${sent.status}`;
        if (sent.status !== 202) return undefined;
        const read = await fetch(`${mesh.url}/v1/alerts/${uid}`, { signal });
        reason = `GET /v1/alerts/{uid} answers ${read.status}`;
        return read.status === 200 ? true : undefined;
      } catch (error) {
        reason = String(error);
        return undefined;
      }
    },
    { intervalMs: 100, timeoutMs: RECOVERY_MS },
  );
  return shown ? undefined : `the mesh does not serve others ${RECOVERY_MS / 1000} s later: ${reason}`;
}
