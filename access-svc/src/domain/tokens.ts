import { hash, randomBytes, randomUUID } from 'node:crypto';

/** As random as its hash, so that a slow one would add nothing. */
const SECRET_BYTES = 32;

/** What is to be shown once, and its SHA-256, which is kept. */
export interface IssuedToken {
  readonly text: string;
  /** 32 bytes. */
  readonly sha256: Buffer;
}

/** Of a mail. */
export function newMailToken(): IssuedToken {
  const text = randomBytes(SECRET_BYTES).toString('base64url');
  return { text, sha256: hashOf(text) };
}

export function hashOf(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

export interface ReadRefreshToken {
  /** A UUID; part of the token, so that one that was used before still says whose it was. */
  readonly sessionId: string;
  /** 32 bytes. */
  readonly sha256: Buffer;
}

/** `vgr_`, then the 16 bytes of the session's id and 32 random ones, base64url. The prefix is for scanners. */
const REFRESH_TOKEN = /^vgr_([\w-]{64})$/;
const ID_HEX = /^(.{8})(.{4})(.{4})(.{4})(.{12})/;

export function newRefreshToken(sessionId: string = randomUUID()): ReadRefreshToken & IssuedToken {
  const id = Buffer.from(sessionId.replaceAll('-', ''), 'hex');
  const text = `vgr_${Buffer.concat([id, randomBytes(SECRET_BYTES)]).toString('base64url')}`;
  return { text, sessionId, sha256: hashOf(text) };
}

/** @returns undefined if no such token was ever made */
export function readRefreshToken(text: string): ReadRefreshToken | undefined {
  const [, body] = REFRESH_TOKEN.exec(text) ?? [];
  if (body === undefined) return undefined;
  const sessionId = Buffer.from(body, 'base64url').toString('hex').replace(ID_HEX, '$1-$2-$3-$4-$5').slice(0, 36);
  return { sessionId, sha256: hashOf(text) };
}
