import { VideoSourceError } from '../../ports/video-source.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * The path and query to ask for next. Only the video server itself is followed: an alert must not make Vigie call others.
 *
 * @throws VideoSourceError
 */
export function findRedirectTarget(origin: string, path: string, location: string | undefined): string {
  const base = origin + path;
  if (location === undefined || !URL.canParse(location, base)) {
    throw new VideoSourceError('VIDEO_UNREACHABLE', 'the video server redirects without saying where to');
  }
  const target = new URL(location, base);
  if (target.origin !== origin) {
    throw new VideoSourceError('VIDEO_UNREACHABLE', `the video server redirects to another one, ${target.origin}`);
  }
  return target.pathname + target.search;
}
