import { hash } from 'node:crypto';

/** An issuer may call people what it likes (`sub`); what we call them goes into logs, limits and rows. */
export function subjectName(sub: string): string {
  return /^[!-~]{1,100}$/.test(sub) ? sub : `sha256:${hash('sha256', sub, 'base64url')}`;
}
