import { type ProcessLog, parseRecord } from '../processes/process-log.ts';
import { FileTail } from './file-tail.ts';
import { readableLines } from './readable-line.ts';

const POLL_MS = 50;

// pino's number for `warn`.
const WARN = 40;

/** Shows the logs of processes as readable lines until it is disposed of. */
export class TerminalLogs implements Disposable {
  readonly #followed: { tail: FileTail; format: (line: string) => string }[];
  readonly #write: (text: string) => unknown;
  readonly #timer: NodeJS.Timeout;
  /**
   * Milliseconds since 1970: of what was logged before, only warnings and errors are shown, and lines that are no
   * records.
   */
  quietUntil = 0;

  constructor(logs: readonly ProcessLog[], write = (text: string): unknown => process.stdout.write(text)) {
    this.#write = write;
    this.#followed = logs.map((log, place) => ({
      tail: new FileTail(log.file, log.sizeBytes()),
      format: readableLines(log.name, place),
    }));
    this.#timer = setInterval(() => this.flush(), POLL_MS);
  }

  flush(): void {
    const lines = this.#followed.flatMap(({ tail, format }) =>
      tail
        .read()
        .filter(line => this.#isShown(line))
        .map(format),
    );
    if (lines.length > 0) this.#write(`${lines.join('\n')}\n`);
  }

  #isShown(line: string): boolean {
    const { level, time } = parseRecord(line) ?? {};
    if (typeof level !== 'number' || typeof time !== 'number') return true;
    return level >= WARN || time >= this.quietUntil;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.flush();
  }
}
