import { headerOf, type ResponseHeaders } from './response-headers.ts';

/** What distinguishes one version of a file from another; `null` if the server doesn't say it. */
export interface MediaVersion {
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly sizeBytes: number | null;
}

export function versionOf(headers: ResponseHeaders, sizeBytes: number | null): MediaVersion {
  return {
    etag: headerOf(headers, 'etag') ?? null,
    lastModified: headerOf(headers, 'last-modified') ?? null,
    sizeBytes,
  };
}

/** How long ago the file was modified when it was sent, by the server's own clock; undefined if it doesn't say. */
export function unchangedForMs(headers: ResponseHeaders): number | undefined {
  const modifiedAt = Date.parse(headerOf(headers, 'last-modified') ?? '');
  const sentAt = Date.parse(headerOf(headers, 'date') ?? '');
  const ageMs = (Number.isNaN(sentAt) ? Date.now() : sentAt) - modifiedAt;
  return Number.isNaN(ageMs) ? undefined : Math.max(0, ageMs);
}

/** Whether two answers certainly are of different versions. */
export function differ(a: MediaVersion, b: MediaVersion): boolean {
  return isOther(a.etag, b.etag) || isOther(a.lastModified, b.lastModified) || isOther(a.sizeBytes, b.sizeBytes);
}

/** The header that makes a server refuse, with 412, to answer from another version. A weak ETag never matches. */
export function conditionFor({ etag, lastModified }: MediaVersion): readonly string[] {
  if (etag !== null && !etag.startsWith('W/')) return ['if-match', etag];
  if (lastModified !== null) return ['if-unmodified-since', lastModified];
  return [];
}

function isOther<T>(a: T | null, b: T | null): boolean {
  return a !== null && b !== null && a !== b;
}
