/** Files of native's matrix, by container. */
export const benchFiles: Readonly<Record<string, readonly string[]>> = {
  'mp4, moov first': ['faststart.mp4', 'hevc-faststart.mp4', 'mpeg4-faststart.mp4'],
  'mp4, moov at end': ['h264.mp4', 'hevc.mp4'],
  'mp4, fragmented': ['fragmented.mp4', 'fragmented-sidx.mp4'],
  mov: ['h264.mov', 'phone.mov'],
  '3gp': ['h263.3gp', 'h264.3gp'],
  avi: ['mpeg4.avi', 'mjpeg.avi', 'h264.avi'],
  matroska: ['h264.mkv', 'hevc.mkv', 'mpeg4.mkv'],
  webm: ['vp8.webm', 'vp9.webm', 'av1.webm'],
  mpegts: ['h264.ts', 'hevc.ts', 'mpeg2.ts'],
  mpeg: ['mpeg1.mpg', 'mpeg2.mpg'],
  flv: ['h264.flv', 'flv1.flv'],
  asf: ['wmv2.wmv', 'h264.asf'],
  ogg: ['theora.ogv'],
  mxf: ['mpeg2.mxf', 'h264.mxf'],
  ivf: ['vp8.ivf', 'vp9.ivf'],
  raw: ['raw.h264', 'raw.hevc'],
};

/** Whose header is measured in memory. */
export const headerFiles = [
  'faststart.mp4',
  'hevc-faststart.mp4',
  'mpeg4.avi',
  'mjpeg.avi',
  'h264.avi',
  'h264.mkv',
  'hevc.mkv',
];
