const PLAIN = /^[A-Za-z0-9/._~-]*$/;

/** The path of a file as it is sent in a request: each segment percent-encoded, so that a name can hold anything. */
export function encodeMediaPath(video: string): string {
  return PLAIN.test(video) ? video : video.split('/').map(encodeURIComponent).join('/');
}
