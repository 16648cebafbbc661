import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  Media_DurationSource,
  type Media as MediaMessage,
  type MediaSchema,
} from '@vigie/proto/vigie/video/v1/media_pb.ts';
import type { DurationSource, Media } from '../media.ts';

const DURATION_SOURCES = {
  header: Media_DurationSource.HEADER,
  index: Media_DurationSource.INDEX,
  estimate: Media_DurationSource.ESTIMATE,
} as const;

/** What is `null` in the domain is absent in the message. */
export function mediaToProto(media: Media): MessageInitShape<typeof MediaSchema> {
  return withoutNulls({
    ...media,
    sizeBytes: media.sizeBytes === null ? null : BigInt(media.sizeBytes),
    durationSource: media.durationSource === null ? null : DURATION_SOURCES[media.durationSource],
    video: withoutNulls(media.video),
    audio: media.audio === null ? null : withoutNulls(media.audio),
  });
}

export function mediaFromProto(message: MediaMessage): Media {
  const { video, audio } = message;
  return {
    container: message.container,
    sizeBytes: message.sizeBytes === undefined ? null : Number(message.sizeBytes),
    video: {
      codec: video?.codec ?? '',
      profile: video?.profile ?? null,
      width: video?.width ?? 0,
      height: video?.height ?? 0,
      displayWidth: video?.displayWidth ?? 0,
      displayHeight: video?.displayHeight ?? 0,
      rotation: video?.rotation ?? 0,
      sampleAspectRatio: video?.sampleAspectRatio ?? null,
      frameRate: video?.frameRate ?? null,
      pixelFormat: video?.pixelFormat ?? null,
      colorPrimaries: video?.colorPrimaries ?? null,
      colorTransfer: video?.colorTransfer ?? null,
      colorSpace: video?.colorSpace ?? null,
      colorRange: video?.colorRange ?? null,
      hdr: video?.hdr ?? false,
      bitRate: video?.bitRate ?? null,
    },
    audio:
      audio === undefined
        ? null
        : { codec: audio.codec, sampleRate: audio.sampleRate ?? null, channels: audio.channels ?? null },
    durationSeconds: message.durationSeconds ?? null,
    durationSource: durationSourceFromProto(message.durationSource),
    bitRate: message.bitRate ?? null,
    videoStreams: message.videoStreams,
    coverArtStreams: message.coverArtStreams,
    audioStreams: message.audioStreams,
    truncated: message.truncated,
    moovAtEnd: message.moovAtEnd,
    fragmented: message.fragmented,
  };
}

function durationSourceFromProto(source: Media_DurationSource): DurationSource | null {
  const entry = Object.entries(DURATION_SOURCES).find(([, value]) => value === source);
  return entry === undefined ? null : (entry[0] as DurationSource);
}

type WithoutNulls<T> = { [K in keyof T as null extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as null extends T[K] ? K : never]?: NonNullable<T[K]>;
};

function withoutNulls<T extends object>(value: T): WithoutNulls<T> {
  const kept: Partial<T> = {};
  for (const name of Object.keys(value) as (keyof T)[]) {
    if (value[name] !== null) kept[name] = value[name];
  }
  return kept as object as WithoutNulls<T>;
}
