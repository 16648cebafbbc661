import { styleText } from 'node:util';

export interface OutputOptions {
  /** One JSON value a line, instead of text for people. */
  readonly json: boolean;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

type Style = Parameters<typeof styleText>[0];

const STYLES: Readonly<Record<string, Style>> = {
  PROCESSED: 'green',
  RECEIVED: 'yellow',
  FAILED: 'red',
  QUARANTINED: 'magenta',
};
/** What would move the cursor or turn the text of a terminal around. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;
const GAP = '  ';

/** What a command prints: results to stdout, notes to stderr. */
export class Output {
  readonly json: boolean;
  readonly #stdout: NodeJS.WriteStream;
  readonly #stderr: NodeJS.WriteStream;
  /** Rows that come later are aligned with those that came before. */
  readonly #widths: number[] = [];

  constructor({ json, stdout, stderr }: OutputOptions) {
    this.json = json;
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  /** As it is: what is printed so has to be ours. */
  text(text: string): void {
    this.#stdout.write(`${text}\n`);
  }

  bytes(bytes: Uint8Array): void {
    this.#stdout.write(bytes);
  }

  value(value: unknown): void {
    this.text(JSON.stringify(value));
  }

  /** Rows in aligned columns. The names of columns count as a row. */
  rows(rows: readonly (readonly string[])[]): void {
    const shown = rows.map(row => row.map(printable));
    for (const row of shown) {
      for (const [column, cell] of row.entries()) {
        this.#widths[column] = Math.max(this.#widths[column] ?? 0, cell.length);
      }
    }
    for (const row of shown) this.text(this.#aligned(row));
  }

  /** For the person, beside the results. */
  note(text: string): void {
    this.#stderr.write(`${printable(text)}\n`);
  }

  #aligned(row: readonly string[]): string {
    const cells = row.map((cell, column) => {
      const padding = ' '.repeat(column === row.length - 1 ? 0 : (this.#widths[column] ?? 0) - cell.length);
      return this.#styled(cell) + padding;
    });
    return cells.join(GAP).trimEnd();
  }

  /** Only on a terminal, and without NO_COLOR. */
  #styled(cell: string): string {
    const style = STYLES[cell];
    return style === undefined ? cell : styleText(style, cell, { stream: this.#stdout });
  }
}

/** On one line, and nothing but text. */
function printable(text: string): string {
  return text.replace(UNPRINTABLE, '?');
}
