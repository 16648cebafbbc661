/** `name=value` or `name="value"`, and what comes behind it; there may be nothing between two separators. */
const PAIR = /[ \t]*(?:([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",;]*))[ \t]*)?([,;]|$)/y;

/**
 * The elements of the header `Forwarded`, of which each proxy adds one, with the names of their parts in lower case.
 * https://www.rfc-editor.org/rfc/rfc7239#section-4
 *
 * @returns none if it can't be read
 */
export function readForwarded(header: string): readonly ReadonlyMap<string, string>[] {
  const elements = [new Map<string, string>()];
  for (let position = 0; position < header.length; position = PAIR.lastIndex) {
    PAIR.lastIndex = position;
    const match = PAIR.exec(header);
    if (match === null) return [];
    const [, name, quoted, token, separator] = match;
    if (name !== undefined) elements.at(-1)?.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? token ?? '');
    if (separator === ',') elements.push(new Map());
  }
  return elements;
}
