/**
 * How the first video stream that is no cover art is coded and shown. Names are libav's (`h264`, `yuv420p`, `bt709`).
 */
export interface VideoTrack {
  readonly codec: string;
  readonly profile: string | null;
  /** Coded picture size in pixels, as the container or codec header states it. */
  readonly width: number;
  readonly height: number;
  /** Size in square pixels as a player shows it: sample aspect ratio and rotation applied. */
  readonly displayWidth: number;
  readonly displayHeight: number;
  /** Degrees as ffprobe's side data shows them, -180..180; -90: turn clockwise by 90 to show. */
  readonly rotation: number;
  /** `"1:1"`, `"4:3"`; null when not stated. */
  readonly sampleAspectRatio: string | null;
  /** Frames per second. */
  readonly frameRate: number | null;
  readonly pixelFormat: string | null;
  readonly colorPrimaries: string | null;
  readonly colorTransfer: string | null;
  readonly colorSpace: string | null;
  readonly colorRange: string | null;
  /** The transfer function is PQ or HLG. */
  readonly hdr: boolean;
  /** Bits per second. */
  readonly bitRate: number | null;
}

export interface AudioTrack {
  readonly codec: string;
  /** Samples per second. */
  readonly sampleRate: number | null;
  readonly channels: number | null;
}

/**
 * Where a duration was found.
 * - `header`: the container states it.
 * - `index`: the sum of the file's own index, or the time of its last fragment.
 * - `estimate`: first to last timestamp of a stream without an index (MPEG-TS, MPEG-PS), or a share of the file size.
 */
export type DurationSource = 'header' | 'index' | 'estimate';

export interface Media {
  /**
   * `avi`, `mp4`, `mov`, `3gp`, `matroska`, `webm`, `mpegts`, `mpeg`, `flv`, `asf`, `ogg`, `mxf`, `ivf`, `dv`,
   * `dhav`, and without a container `h264`, `hevc`, `mpegvideo` or `m4v`.
   */
  readonly container: string;
  readonly sizeBytes: number | null;
  readonly video: VideoTrack;
  /** The audio stream that goes with the video; null when there is none. */
  readonly audio: AudioTrack | null;
  readonly durationSeconds: number | null;
  /** Null exactly when `durationSeconds` is. */
  readonly durationSource: DurationSource | null;
  /** Bits per second of the whole file. */
  readonly bitRate: number | null;
  /** Cover art is counted apart. */
  readonly videoStreams: number;
  readonly coverArtStreams: number;
  readonly audioStreams: number;
  /** The container claims more bytes than the file has: cut short, or still being written. False when not known. */
  readonly truncated: boolean;
  /** MP4 and MOV: the index lies after the media. */
  readonly moovAtEnd: boolean;
  /** MP4 and MOV: the media lies in fragments. */
  readonly fragmented: boolean;
}
