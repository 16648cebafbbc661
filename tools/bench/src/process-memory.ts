import { pause } from '@vigie/service-kit/async';
import type { MeshUnderTest } from './mesh-under-test.ts';

const SAMPLE_MS = 500;

export interface MemoryWatch extends AsyncDisposable {
  /** Highest resident set of each process so far, in bytes. */
  readonly peaks: ReadonlyMap<string, number>;
}

/** Asks each service, and nats-server, twice a second how much memory it has. */
export function watchMemory(mesh: MeshUnderTest): MemoryWatch {
  const peaks = new Map<string, number>();
  const note = (name: string, bytes: number): void => {
    peaks.set(name, Math.max(bytes, peaks.get(name) ?? 0));
  };
  const sample = async (): Promise<void> => {
    for (const [name, url] of Object.entries(mesh.metricsUrls)) {
      const text = await (await fetch(url)).text();
      note(name, Number(/^process_resident_memory_bytes\S* (\S+)/m.exec(text)?.[1]));
    }
    const varz = (await (await fetch(`${mesh.natsMonitorUrl}/varz`)).json()) as { mem: number };
    note('nats-server', varz.mem);
  };
  const abort = new AbortController();
  const ended = (async () => {
    while (!abort.signal.aborted) {
      await sample().catch(() => undefined);
      await pause(SAMPLE_MS, abort.signal);
    }
  })();
  return {
    peaks,
    async [Symbol.asyncDispose]() {
      abort.abort();
      await ended;
    },
  };
}
