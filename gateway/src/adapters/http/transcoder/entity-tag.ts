import { createHash } from 'node:crypto';

/** A strong tag: equal for equal bytes. https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3 */
export function entityTag(bytes: Uint8Array): string {
  return `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
}

/** Whether `If-None-Match` names the tag, so that the client has these bytes already. */
export function isHeld(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const held = ifNoneMatch.split(',').map(each => each.trim().replace(/^W\//, ''));
  return held.includes('*') || held.includes(tag);
}
