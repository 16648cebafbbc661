/** `Content-Range` of RFC 9110, section 14.4. */
export type ContentRange =
  | { readonly kind: 'range'; readonly first: number; readonly last: number; readonly sizeBytes: number | null }
  /** What was asked for lies outside of the file. */
  | { readonly kind: 'unsatisfied'; readonly sizeBytes: number };

const RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(?:(\d{1,15})|\*)$/i;
const UNSATISFIED = /^bytes \*\/(\d{1,15})$/i;

/** `undefined` if the header is absent or makes no sense. */
export function parseContentRange(header: string | undefined): ContentRange | undefined {
  if (header === undefined) return undefined;
  const [, first, last, size] = RANGE.exec(header) ?? [];
  if (first !== undefined) {
    const range = { first: Number(first), last: Number(last), sizeBytes: size === undefined ? null : Number(size) };
    const makesSense = range.first <= range.last && (range.sizeBytes === null || range.last < range.sizeBytes);
    return makesSense ? { kind: 'range', ...range } : undefined;
  }
  const [, unsatisfied] = UNSATISFIED.exec(header) ?? [];
  return unsatisfied === undefined ? undefined : { kind: 'unsatisfied', sizeBytes: Number(unsatisfied) };
}
