import type { Facts } from './facts.ts';
import type { Recipe } from './recipes.ts';

/** Where Vigie's answer differs on purpose from that of ffprobe on the whole file. */
export interface Difference {
  readonly files: readonly string[] | ((recipe: Recipe) => boolean);
  readonly fields: readonly (keyof Facts)[];
  /** What Vigie says instead, or how far it may be off as a share. */
  readonly says: Facts[keyof Facts] | { readonly within: number };
  readonly why: string;
}

export const differences: readonly Difference[] = [
  {
    files: recipe => recipe.container === 'avi',
    fields: ['video.bitRate'],
    says: null,
    why: "it is the sum over AVI's index, which lies at the file's end; the bit rate of the whole file is stated",
  },
  {
    files: [
      'fragmented-dash.mp4',
      'fragmented-sidx.mp4',
      'fragmented-short.mp4',
      'fragmented-each-frame.mp4',
      'fragmented-long.mp4',
      'fragmented-long-base.mp4',
      'fragmented-ntsc.mp4',
      'fragmented-cut.mp4',
    ],
    fields: ['video.bitRate'],
    says: null,
    why: 'it is the sum over all fragments, and they lie all over the file',
  },
  {
    files: ['fragmented-cut.mp4'],
    fields: ['durationSeconds', 'bitRate'],
    says: { within: 0.02 },
    why: 'the header of the last fragment, whose media is cut, states more samples than ffprobe can read',
  },
  {
    files: ['piped.avi'],
    fields: ['durationSeconds', 'bitRate'],
    says: null,
    why: 'the header was never completed; ffprobe makes up an hour and a half',
  },
  {
    files: ['dv.avi', 'dv.mov', 'prores.mkv', 'dnxhd.mxf'],
    fields: ['video.pixelFormat'],
    says: null,
    why: 'only the first picture shows it, which does not fit in the first range, and it alone is not worth a request',
  },
  {
    files: ['png.mov'],
    fields: ['video.colorSpace'],
    says: null,
    why: 'newer versions of ffprobe call RGB a matrix of its own, which no header states',
  },
  {
    files: ['prores.mov'],
    fields: ['video.colorRange'],
    says: 'tv',
    why: 'FFmpeg 7 alone leaves out that ProRes has a limited range',
  },
  {
    files: ['mpeg2.mp4'],
    fields: ['audio.channels'],
    says: 2,
    why: "the sample description of a mono track says 2; the container's statement is kept",
  },
  {
    files: ['fragmented-dash.mp4', 'fragmented-sidx.mp4'],
    fields: ['durationSeconds', 'bitRate'],
    says: { within: 0.02 },
    why: "FFmpeg 9's ffprobe counts the delay of reordered pictures too: 10.16 s for 250 of them at 25 a second",
  },
  ...[
    { file: 'raw-ntsc.h264', frameRate: 30_000 / 1_001 },
    { file: 'raw.hevc', frameRate: 30 },
    { file: 'raw-pq.hevc', frameRate: 24 },
  ].map(({ file, frameRate }) => ({
    files: [file],
    fields: ['video.frameRate' as const],
    says: frameRate,
    why: 'the parameter sets state it; from FFmpeg 6 on ffprobe takes every raw stream for 25 frames a second',
  })),
  {
    files: ['wmv2-ntsc.wmv', 'vp9-copied.ivf'],
    fields: ['video.frameRate'],
    says: { within: 0.0011 },
    why: 'with timestamps of whole milliseconds the few frames of the first range look like 30 as much as 29.97',
  },
];

export function differenceFor(recipe: Recipe, field: keyof Facts): Difference | undefined {
  return differences.find(
    ({ files, fields }) =>
      fields.includes(field) && (typeof files === 'function' ? files(recipe) : files.includes(recipe.file)),
  );
}
