// `node native/test/print-values.ts FOLDER...`: what the probe and the poster say of each video in them, as JSON.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { posterOfFile } from './poster-file.ts';
import { probeFile } from './probe-file.ts';

/** Beside the videos are ffprobe's own words on them. */
const NO_VIDEOS = ['.json', '.txt', '.srt'];

async function describe(file: string): Promise<object> {
  const { answer } = await probeFile(file);
  const poster = (await posterOfFile(file)).answer;
  const said = answer.kind === 'media' ? answer.media : { failure: answer.code };
  // The picture itself is each libav's own.
  return { ...said, poster: poster.kind === 'failure' ? poster.code : [poster.width, poster.height] };
}

const files = process.argv.slice(2).flatMap(folder =>
  readdirSync(folder)
    .filter(name => !NO_VIDEOS.includes(path.extname(name)))
    .map(name => path.join(folder, name)),
);
const values: Record<string, object> = {};
for (const file of files) values[path.basename(file)] = await describe(file);
process.stdout.write(JSON.stringify(values, null, 1));
