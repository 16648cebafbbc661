import type { Media } from '@vigie/alert';

/** A plausible video, for tests that don't depend on its details. */
export function mediaOf(overrides: Partial<Media> = {}): Media {
  return {
    container: 'mp4',
    sizeBytes: 100_000,
    video: {
      codec: 'h264',
      profile: 'High',
      width: 640,
      height: 480,
      displayWidth: 640,
      displayHeight: 480,
      rotation: 0,
      sampleAspectRatio: '1:1',
      frameRate: 25,
      pixelFormat: 'yuv420p',
      colorPrimaries: null,
      colorTransfer: null,
      colorSpace: null,
      colorRange: null,
      hdr: false,
      bitRate: null,
    },
    audio: null,
    durationSeconds: 3,
    durationSource: 'header',
    bitRate: null,
    videoStreams: 1,
    coverArtStreams: 0,
    audioStreams: 0,
    truncated: false,
    moovAtEnd: false,
    fragmented: false,
    ...overrides,
  };
}
