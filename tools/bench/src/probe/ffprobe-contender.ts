import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Contender } from './contender.ts';

const run = promisify(execFile);

/** A process for each file. */
export const ffprobe: Contender = {
  name: 'ffprobe',
  async probe(path) {
    const args = ['-v', 'quiet', '-show_streams', '-show_format', '-of', 'json', path];
    const { stdout } = await run('ffprobe', args);
    return JSON.parse(stdout).streams.length > 0;
  },
};
