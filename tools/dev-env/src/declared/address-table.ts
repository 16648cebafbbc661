import type { ServiceDeclaration } from '@vigie/service-kit/declaration';
import { serviceListeners } from '../tcp-ports/mesh-ports.ts';
import { replaceBlock } from './block.ts';

const HEADINGS = ['service', 'port', 'moved by', 'health, metrics', 'moved by'];

/** docs/operations.md with the ports of the services. */
export function declareAddresses(page: string, services: readonly ServiceDeclaration[]): string {
  const rows = services.map(service => {
    const { main, health } = serviceListeners(service);
    const cells = [main?.byDefault, main?.variable, health.byDefault, health.variable];
    return [service.name, ...cells.map(cell => (cell === undefined ? '' : `\`${cell}\``))];
  });
  return replaceBlock('docs/operations.md', page, 'addresses', `\n${renderTable([HEADINGS, ...rows])}\n`);
}

function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  const lines = rows.map(row => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  const rule = widths.map(width => '-'.repeat(width));
  return [...lines.slice(0, 1), rule, ...lines.slice(1)].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}
