import type { AttackReport } from './run-attack.ts';

/** One attack in a line, and a line for each breach. */
export function formatReport({ attack, port, endings, grownMiB, durationMs, breaches }: AttackReport): string {
  const grown = [...grownMiB]
    .filter(([, mebibytes]) => mebibytes > 0)
    .map(([name, mebibytes]) => `${name} ${mebibytes}`);
  const ended = Object.entries(endings).map(([ending, count]) => `${count} ${ending}`);
  const line = [
    breaches.length === 0 ? 'held' : 'HURT',
    attack.name.padEnd(18),
    port.padEnd(11),
    `${(durationMs / 1000).toFixed(1)} s`.padStart(7),
    ` ${ended.join(', ')}`,
    `[MiB: ${grown.join(', ')}]`,
  ].join(' ');
  return [line, ...breaches.map(breach => `       ${breach}`)].join('\n');
}
