import { MediaSourceError } from '../media-source.ts';
import { BrokenReadError } from './broken-read-error.ts';
import { headerOf, type ResponseHeaders } from './response-headers.ts';
import { parseRetryAfter } from './retry-after.ts';

/**
 * What a status that brings no video means. Being refused (401, 403) counts as unreachable, as does every other 4xx:
 * people repair permissions and gateways, and the file is readable then.
 */
export function unreachableStatus(status: number, headers: ResponseHeaders): MediaSourceError | BrokenReadError {
  const message = `the video server answers ${status}`;
  const retryAfterMs = parseRetryAfter(headerOf(headers, 'retry-after'));
  if (retryAfterMs !== undefined) return new MediaSourceError('UNREACHABLE', message, { retryAfterMs });
  return status >= 500 ? new BrokenReadError(message) : new MediaSourceError('UNREACHABLE', message);
}
