import type { ProcessLog } from '../processes/process-log.ts';
import { FileTail } from './file-tail.ts';
import { readableLines } from './readable-line.ts';

const POLL_MS = 50;

/** Shows what processes log, in readable lines, until disposed of. */
export class TerminalLogs implements Disposable {
  readonly #followed: { tail: FileTail; format: (line: string) => string }[];
  readonly #timer: NodeJS.Timeout;

  constructor(logs: readonly ProcessLog[]) {
    this.#followed = logs.map((log, place) => ({
      tail: new FileTail(log.file, log.sizeBytes()),
      format: readableLines(log.name, place),
    }));
    this.#timer = setInterval(() => this.flush(), POLL_MS);
  }

  flush(): void {
    const lines = this.#followed.flatMap(({ tail, format }) => tail.read().map(format));
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.flush();
  }
}
