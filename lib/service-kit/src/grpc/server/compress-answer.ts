import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { OWN_AGENT } from '../own-agent.ts';

/** Smaller messages would hardly get smaller. */
const MIN_BYTES = 1024;
const FAST = { level: constants.Z_BEST_SPEED };
const compress = promisify(gzip);

/** Whether a caller reads gzip. One of Vigie's own is near: compressing takes longer than what it saves. */
export function acceptsGzip(headers: IncomingHttpHeaders): boolean {
  const accepted = String(headers['grpc-accept-encoding'] ?? '').split(',');
  return accepted.some(name => name.trim() === 'gzip') && !headers['user-agent']?.startsWith(`${OWN_AGENT} `);
}

/** The message compressed; undefined if it doesn't get smaller by that, as a picture doesn't. */
export async function compressAnswer(message: Uint8Array): Promise<Uint8Array | undefined> {
  if (message.byteLength < MIN_BYTES) return undefined;
  const compressed = await compress(message, FAST);
  return compressed.byteLength < message.byteLength ? compressed : undefined;
}
