/** The addon is missing, or was built for another machine or another libav. The message says what mends it. */
export class NativeLoadError extends Error {
  override readonly name = 'NativeLoadError';
  readonly reason = 'NATIVE_LOAD_FAILED';

  constructor(addonPath: string, cause: unknown) {
    const detail = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    super(
      [
        `the libav core could not be loaded from ${addonPath}: ${detail}`,
        'Build it with:',
        '  apt-get install g++ cmake make pkg-config libavformat-dev libavcodec-dev libavutil-dev libswscale-dev',
        '  npm run build -w native',
      ].join('\n'),
      { cause },
    );
  }
}
