import { readFileSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR } from '../project.mjs';

const DAY_MS = 86_400_000;

/**
 * A checkout gives files the time of now, and broken samples would be waited for as if they were still being written
 * (docs/adr/0045).
 */
export const sampleVideos = {
  name: 'samples',
  doing: 'dating the sample videos back',
  isDone: () => freshSamples().length === 0,
  run: () => {
    const yesterday = new Date(Date.now() - DAY_MS);
    for (const file of freshSamples()) utimesSync(file, yesterday, yesterday);
  },
};

function freshSamples() {
  /** @type {{ file: string }[]} */
  const samples = JSON.parse(readFileSync(path.join(PROJECT_DIR, 'nginx/sample-videos.json'), 'utf8'));
  const files = samples.map(({ file }) => path.join(PROJECT_DIR, 'nginx/videos', file));
  return files.filter(file => Date.now() - statSync(file).mtimeMs < DAY_MS / 2);
}
