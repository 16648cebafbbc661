import { findOutcomeDifferences } from './outcome-differences.ts';
import type { SampleOutcome } from './sample-alerts.ts';

const HEADINGS = ['uid', 'video', 'status', 'size', 'codec', 'duration', 'bytes read', 'ms'];
const NUMBERS = new Set(['duration', 'bytes read', 'ms']);
const NONE = '-';

/** A row for each sample, and below the table what is not as expected. */
export function outcomeTable(outcomes: readonly SampleOutcome[]): string {
  const rows = [HEADINGS, ...outcomes.map(outcomeCells)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  const lines = rows.map(row =>
    row
      .map((cell, column) => alignCell(cell, column, widths))
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map(width => '-'.repeat(width)).join('  ');
  return [lines[0], rule, ...lines.slice(1), ...describeDifferences(outcomes)].join('\n');
}

function outcomeCells({ uid, sample, record }: SampleOutcome): string[] {
  const { media, failure, effort } = record ?? {};
  const video = media?.video;
  return [
    uid,
    sample.file,
    [record?.status ?? 'no outcome', failure?.code].filter(Boolean).join(' '),
    video === undefined ? NONE : `${video.width}x${video.height}`,
    video?.codec ?? NONE,
    media?.durationSeconds === undefined ? NONE : `${media.durationSeconds.toFixed(2)} s`,
    effort === undefined ? NONE : String(effort.bytesRead ?? 0),
    effort === undefined ? NONE : (effort.elapsedMs ?? 0).toFixed(1),
  ];
}

function alignCell(cell: string, column: number, widths: readonly number[]): string {
  const width = widths[column] ?? 0;
  return NUMBERS.has(HEADINGS[column] ?? '') ? cell.padStart(width) : cell.padEnd(width);
}

function describeDifferences(outcomes: readonly SampleOutcome[]): string[] {
  const differences = outcomes.flatMap(outcome =>
    findOutcomeDifferences(outcome).map(difference => `  ${outcome.sample.file}: ${difference}`),
  );
  return differences.length === 0 ? [] : ['', 'Not as expected:', ...differences];
}
