import { hash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * `vgk_<id>_<secret><crc32>`. The prefix and the checksum are for scanners of source code, which find a leaked key by
 * them, and nobody else's text: https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
 */
const PATTERN = /^(vgk_([0-9A-Za-z]{12})_[0-9A-Za-z]{32})([0-9A-Za-z]{6})$/;
const PREFIX = 'vgk_';
const ID_LENGTH = 12;
/** 190 bits. */
const SECRET_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export interface ReadApiKey {
  readonly id: string;
  /** Of the whole key; 32 bytes. The secret is as random as the hash, so that a slow one would add nothing. */
  readonly sha256: Buffer;
}

/** Whether it was meant to be one, right or not. */
export function looksLikeApiKey(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** @returns undefined if it is mistyped or cut off: no such key was ever made */
export function readApiKey(text: string): ReadApiKey | undefined {
  const [, body, id, checksum] = PATTERN.exec(text) ?? [];
  if (body === undefined || id === undefined || checksumOf(body) !== checksum) return undefined;
  return { id, sha256: hash('sha256', text, 'buffer') };
}

export function newApiKeyId(): string {
  return randomText(ID_LENGTH);
}

/** A key with a new secret. */
export function newApiKey(id = newApiKeyId()): string {
  const body = `${PREFIX}${id}_${randomText(SECRET_LENGTH)}`;
  return body + checksumOf(body);
}

function randomText(length: number): string {
  return Array.from({ length }, () => BASE62[randomInt(BASE62.length)]).join('');
}

function checksumOf(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (; text.length < CHECKSUM_LENGTH; rest = Math.floor(rest / BASE62.length)) text = BASE62[rest % 62] + text;
  return text;
}
