import { spawnSync } from 'node:child_process';

// Colour in between is interpolated, not repeated: a reference may cost time.
const ACCURATE = 'bicubic+accurate_rnd+full_chroma_int+full_chroma_inp';
const RAW_RGB = ['-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'];
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

function runTool(tool: 'ffmpeg' | 'ffprobe', args: readonly string[], input?: Uint8Array): Buffer {
  const options = { maxBuffer: MAX_OUTPUT_BYTES, ...(input && { input }) };
  const { status, stdout, stderr, error } = spawnSync(tool, args, options);
  if (error) throw new Error(`${tool} does not run; install it with: apt-get install ffmpeg`, { cause: error });
  if (status !== 0) throw new Error(`${tool} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

export function runFfmpeg(args: readonly string[], input?: Uint8Array): Buffer {
  return runTool('ffmpeg', ['-v', 'error', '-y', ...args], input);
}

/** The first picture as ffmpeg itself shows it, turned and scaled to that size, in RGB. */
export function firstFrameOf(path: string, width: number, height: number): Buffer {
  const scale = `scale=${width}:${height}:flags=${ACCURATE}`;
  return runFfmpeg(['-nostdin', '-i', path, '-map', '0:v:0', '-frames:v', '1', '-vf', scale, ...RAW_RGB]);
}

export function decodeJpeg(jpeg: Uint8Array): Buffer {
  return runFfmpeg(['-f', 'mjpeg', '-i', '-', '-sws_flags', ACCURATE, ...RAW_RGB], jpeg);
}

/** Decibels; infinite when both are the same. */
export function peakSignalToNoise(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) throw new Error(`pictures of ${a.length} and ${b.length} bytes`);
  const error = a.reduce((sum, sample, i) => sum + (sample - (b[i] ?? 0)) ** 2, 0) / a.length;
  return 10 * Math.log10(255 ** 2 / error);
}

/** Where the first packet of the video stream lies in the file. */
export function firstVideoPacketOf(path: string): { offset: number; lengthBytes: number } {
  const selection = ['-select_streams', 'v:0', '-read_intervals', '%+#1', '-show_entries', 'packet=pos,size'];
  const [packet] = JSON.parse(
    runTool('ffprobe', ['-v', 'error', ...selection, '-of', 'json', path]).toString(),
  ).packets;
  return { offset: Number(packet.pos), lengthBytes: Number(packet.size) };
}
