import { MediaSourceError } from '../media-source.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * The path and query to ask for next. Only redirects on the video server itself are followed: the name of a video must
 * not make Vigie call other servers.
 *
 * @throws MediaSourceError
 */
export function findRedirectTarget(origin: string, path: string, location: string | undefined): string {
  const base = origin + path;
  if (location === undefined || !URL.canParse(location, base)) {
    throw new MediaSourceError('UNREACHABLE', 'the video server redirects without saying where to');
  }
  const target = new URL(location, base);
  if (target.origin !== origin) {
    throw new MediaSourceError('UNREACHABLE', `the video server redirects to another one, ${target.origin}`);
  }
  return target.pathname + target.search;
}
