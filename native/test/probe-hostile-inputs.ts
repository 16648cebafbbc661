// Runs under strace, for hostile-texts.spec.ts: probes everything that names other files, between two marks in the
// trace.

import { accessSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { probe } from '../ts/probe.ts';
import { makeHostileInputs } from './hostile-inputs.ts';

const [url = '', file = ''] = process.argv.slice(2);
const inputs = makeHostileInputs({ url, file });

const probeWhole = (bytes: Uint8Array) => probe({ ranges: [{ offset: 0, bytes }], sizeBytes: bytes.length });

/** Shows in the trace as a system call of its own. */
function mark(name: string): void {
  try {
    accessSync(`/vigie-mark/${name}`);
  } catch {
    // There is no such file: to ask is all.
  }
}

const outcomeOf = async (bytes: Uint8Array) => {
  const answer = await probeWhole(bytes);
  return answer.kind === 'failure' ? answer.code : answer.kind;
};

// What Node and libav load late is loaded now.
for (const { bytes } of inputs) await outcomeOf(bytes);

mark('begin');
const outcomes = await Promise.all(inputs.map(({ bytes }) => outcomeOf(bytes)));
mark('end');

// The control: the same threads do open that file and that address when asked to.
await readFile(file);
await new Promise<void>((resolve, reject) => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname, () => socket.end(resolve));
  socket.once('error', reject);
});
mark('control');

process.stdout.write(JSON.stringify(outcomes));
