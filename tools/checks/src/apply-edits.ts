import type { DialectEdit } from './chai-dialect.ts';

/** @param edits in order, not overlapping */
export function applyEdits(text: string, edits: readonly DialectEdit[]): string {
  let applied = '';
  let from = 0;
  for (const { start, end, replacement } of edits) {
    applied += text.slice(from, start) + replacement;
    from = end;
  }
  return applied + text.slice(from);
}
