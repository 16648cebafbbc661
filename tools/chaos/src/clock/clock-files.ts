import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServiceName, ServiceProcess } from '@vigie/dev-env/services';

/** For the `--import` of a service whose clock is to be moved. */
export const MOVABLE_CLOCK = fileURLToPath(new URL('./movable-clock.ts', import.meta.url));

/** A replica of a service, whose clock can be set. */
export type Clocked = Pick<ServiceProcess, 'service' | 'replica'>;

/** The clocks of the services, a file each: a clock keeps its time while its service is started again. */
export class ClockFiles {
  readonly #dir: string;

  static async open(dir: string): Promise<ClockFiles> {
    await mkdir(dir, { recursive: true });
    return new ClockFiles(dir);
  }

  private constructor(dir: string) {
    this.#dir = dir;
  }

  environment(service: ServiceName, replica: number): NodeJS.ProcessEnv {
    return { CHAOS_CLOCK_FILE: this.#fileOf({ service, replica }) };
  }

  /** @param offsetMs to the machine's clock */
  async set(service: Clocked, offsetMs: number): Promise<void> {
    const file = this.#fileOf(service);
    // Never half written: the service reads it at any time.
    await writeFile(`${file}.next`, String(offsetMs));
    await rename(`${file}.next`, file);
  }

  #fileOf({ service, replica }: Clocked): string {
    return path.join(this.#dir, `${service}-${replica}`);
  }
}
