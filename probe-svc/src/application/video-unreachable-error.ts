/** The video can't be read, for now: whoever asked for it should ask again. */
export class VideoUnreachableError extends Error {
  override readonly name = 'VideoUnreachableError';
  readonly reason = 'VIDEO_UNREACHABLE';
  /** When the video server asked to be tried again. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs: number | undefined) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}
