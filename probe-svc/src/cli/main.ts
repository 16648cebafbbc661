import { existsSync } from 'node:fs';
import path from 'node:path';
import type { MediaSource } from '@vigie/media-source';
import { FileMediaSource } from '@vigie/media-source/file';
import { UrlMediaSource } from '@vigie/media-source/http';
import { mapInOrder } from '@vigie/service-kit/async';
import { InvalidEnvironmentError } from '@vigie/service-kit/env';
import { BeamcoderLoadError } from '../adapters/beamcoder/load-beamcoder.ts';
import { createProbeVideo } from '../application/probe-video.ts';
import { readCliConfig } from '../config.ts';
import { createHeaderProbe } from '../header-probe-backend.ts';
import { readCommandLine, USAGE, UsageError } from './command-line.ts';
import { toProbeResult } from './probe-result.ts';
import { toReadableLine } from './readable-line.ts';

const SOURCES_AT_ONCE = 8;
const IS_URL = /^https?:\/\//i;

// The reader of the results has closed the pipe, as `| head` does.
process.stdout.on('error', () => process.exit(1));

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const isForPeople = [UsageError, InvalidEnvironmentError, BeamcoderLoadError].some(type => error instanceof type);
  if (!isForPeople || !(error instanceof Error)) throw error;
  process.stderr.write(`probe: ${error.message}\n${error instanceof UsageError ? `\n${USAGE}` : ''}`);
  process.exitCode = 2;
}

/** The exit status. */
async function run(args: readonly string[]): Promise<number> {
  const config = readCliConfig(process.env);
  const commandLine = readCommandLine(args, name => existsSync(path.resolve(config.directory, name)));
  if (commandLine === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const { sources, json } = commandLine;
  await using urls = new UrlMediaSource({
    maxConnections: SOURCES_AT_ONCE,
    readTimeoutMs: config.videoReadTimeoutMs,
    metrics: { countRequest: () => {} },
  });
  const files = new FileMediaSource(config.directory);
  const either: MediaSource = { open: (name, options) => (IS_URL.test(name) ? urls : files).open(name, options) };
  const probeVideo = createProbeVideo(either, createHeaderProbe(config.probeBackend), config.limits);

  const results = mapInOrder(sources, SOURCES_AT_ONCE, async source => toProbeResult(source, await probeVideo(source)));
  let failed = 0;
  for await (const result of results) {
    process.stdout.write(`${json ? JSON.stringify(result) : toReadableLine(result)}\n`);
    if (result.status === 'FAILED') failed++;
  }
  return failed === 0 ? 0 : 1;
}
