import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';

const ROTATE_BYTES = 32 * 1024 * 1024;

/**
 * The output of a process. The process writes it to a file itself, so that a busy or dead parent never blocks it;
 * readers follow the file.
 */
export class ProcessLog {
  readonly name: string;
  readonly file: string;
  /** The size of the file in bytes when the process was last started. */
  #startBytes = 0;

  constructor(dir: string, name: string) {
    this.name = name;
    this.file = path.join(dir, `${name}.log`);
  }

  open(): { fd: number; close(): void } {
    mkdirSync(path.dirname(this.file), { recursive: true });
    this.#startBytes = this.sizeBytes();
    if (this.#startBytes > ROTATE_BYTES) {
      renameSync(this.file, `${this.file}.1`);
      this.#startBytes = 0;
    }
    const fd = openSync(this.file, 'a');
    return { fd, close: () => closeSync(fd) };
  }

  sizeBytes(): number {
    return existsSync(this.file) ? statSync(this.file).size : 0;
  }

  /** What the process has written since its latest start. */
  lines(): string[] {
    if (!existsSync(this.file)) return [];
    const text = readFileSync(this.file).subarray(this.#startBytes).toString();
    return text.split('\n').filter(line => line !== '');
  }

  /** The lines that are JSON objects. */
  records(): Record<string, unknown>[] {
    return this.lines()
      .map(parseRecord)
      .filter(record => record !== undefined);
  }

  lastLines(count: number): string[] {
    return this.lines().slice(-count);
  }
}

/** @returns the line as a record, or undefined if it is not a JSON object */
export function parseRecord(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
