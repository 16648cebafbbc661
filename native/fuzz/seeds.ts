import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { dahuaVideo } from '../test/dahua-video.ts';
import { fieldCodedH264 } from '../test/field-coded-h264.ts';
import { moveTracksAfterClusters } from '../test/matrix/edits.ts';
import { FUZZ_DIR, VIDEOS_DIR } from './fuzz-folders.ts';

// What a seed keeps of a video, in bytes.
const CUTS = [
  { headBytes: 4 * 1024, tailBytes: 0 },
  { headBytes: 32 * 1024, tailBytes: 0 },
  { headBytes: 2 * 1024, tailBytes: 16 * 1024 },
  { headBytes: 32 * 1024, tailBytes: 32 * 1024 },
];

/** As fuzzed-server.h reads them from the last byte of an input. */
const SERVER_FLAGS = { tellsSize: 0, hidesSize: 1, tellsTooMuch: 2, tightLimits: 4 };

// Containers that no sample video has. Small pictures: the headers are what is fuzzed.
const EXTRA_VIDEOS: Readonly<Record<string, readonly string[]>> = {
  'flv1.flv': ['-c:v', 'flv1', '-c:a', 'libmp3lame', '-ar', '44100'],
  'h264.flv': ['-c:v', 'libx264', '-c:a', 'aac'],
  'wmv2.wmv': ['-c:v', 'wmv2', '-c:a', 'wmav2'],
  'theora.ogv': ['-c:v', 'libtheora', '-c:a', 'libvorbis'],
  'mpeg2.mxf': ['-c:v', 'mpeg2video', '-r', '25', '-an'],
  'vp8.ivf': ['-c:v', 'libvpx', '-an'],
  'annexb.h264': ['-c:v', 'libx264', '-an'],
  'annexb.hevc': ['-c:v', 'libx265', '-x265-params', 'log-level=none', '-an'],
  'mpeg1.m1v': ['-c:v', 'mpeg1video', '-r', '25', '-an'],
  'mpeg4.m4v': ['-c:v', 'mpeg4', '-an', '-f', 'm4v'],
  'pal.dv': ['-c:v', 'dvvideo', '-s', '720x576', '-r', '25', '-an', '-frames:v', '2'],
  'mpeg2.mpg': ['-c:v', 'mpeg2video', '-r', '25', '-c:a', 'mp2'],
  'mpeg2.ts': ['-c:v', 'mpeg2video', '-r', '25', '-c:a', 'mp2'],
  'hevc.mp4': ['-c:v', 'libx265', '-x265-params', 'log-level=none', '-c:a', 'aac'],
  'in-band.mp4': ['-c:v', 'libx265', '-x265-params', 'log-level=none:repeat-headers=1', '-tag:v', 'hev1', '-an'],
  'segments.mp4': ['-c:v', 'libx264', '-g', '5', '-c:a', 'aac', '-movflags', 'dash+empty_moov+frag_keyframe'],
  'separate.mp4': ['-c:v', 'libx264', '-g', '5', '-c:a', 'aac', '-movflags', 'separate_moof+frag_keyframe'],
  'h263.3gp': ['-c:v', 'h263', '-s', '128x96', '-an'],
  'pcm.mov': ['-c:v', 'libx264', '-c:a', 'pcm_s16le'],
};

export interface Seeds {
  readonly dir: string;
  readonly count: number;
  /** Containers that are fuzzed without a seed, because ffmpeg could not make one here. */
  readonly missing: readonly string[];
}

/** Cuts heads and tails from the sample videos and, where there is an ffmpeg, from videos of the other containers. */
export function makeSeeds(): Seeds {
  const dir = join(FUZZ_DIR, 'seeds');
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const extra = makeExtraVideos();
  const videos = [...readdirSync(VIDEOS_DIR).map(file => join(VIDEOS_DIR, file)), ...extra.made];
  const seeds = new Map(videos.flatMap(cutSeeds));
  for (const [name, bytes] of seeds) writeFileSync(join(dir, name), bytes);
  return { dir, count: seeds.size, missing: extra.missing };
}

function makeExtraVideos(): { made: string[]; missing: string[] } {
  const dir = join(FUZZ_DIR, 'videos');
  mkdirSync(dir, { recursive: true });
  const sources = ['-f', 'lavfi', '-i', 'testsrc=s=64x48:r=10:d=2', '-f', 'lavfi', '-i', 'sine=d=2'];
  const made: string[] = [];
  const missing: string[] = [];
  for (const [name, codecs] of Object.entries(EXTRA_VIDEOS)) {
    const file = join(dir, name);
    const { status } = spawnSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...sources, ...codecs, file]);
    if (status === 0) made.push(file);
    else missing.push(name);
  }
  return { made: [...made, makeScatteredMatroska(dir), makeDahua(dir)], missing };
}

/** A header that is put in order before libav reads it. */
function makeScatteredMatroska(dir: string): string {
  const file = join(dir, 'tracks-after.mkv');
  writeFileSync(file, moveTracksAfterClusters(readFileSync(join(VIDEOS_DIR, 'matroska.mkv'))));
  return file;
}

/** No muxer of ffmpeg writes it. */
function makeDahua(dir: string): string {
  const file = join(dir, 'camera.dav');
  writeFileSync(file, dahuaVideo(fieldCodedH264(4), 4));
  return file;
}

function cutSeeds(video: string): [string, Uint8Array][] {
  const bytes = readFileSync(video);
  return CUTS.flatMap(({ headBytes, tailBytes }) =>
    Object.values(SERVER_FLAGS).map((flags): [string, Uint8Array] => {
      const head = bytes.subarray(0, headBytes);
      const tail = tailBytes === 0 ? Buffer.alloc(0) : bytes.subarray(Math.max(head.length, bytes.length - tailBytes));
      const holeBytes = tail.length === 0 ? 0 : bytes.length - head.length - tail.length;
      const name = `${basename(video)}-${headBytes}-${tailBytes}-${flags}`;
      return [name, Buffer.concat([head, tail, makeTrailer(head.length, holeBytes, flags)])];
    }),
  );
}

const FIRST_RANGE_BYTES = 32 * 1024;

/** The trailer of fuzzed-server.h. */
function makeTrailer(headBytes: number, holeBytes: number, flags: number): Buffer {
  const trailer = Buffer.alloc(11);
  trailer.writeUInt32LE(headBytes, 0);
  trailer.writeUInt32LE(holeBytes, 4);
  trailer.writeUInt16LE(FIRST_RANGE_BYTES, 8);
  trailer.writeUInt8(flags, 10);
  return trailer;
}
