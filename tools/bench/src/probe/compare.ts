import path from 'node:path';
import { formatTable } from '../table.ts';
import { measureBeamcoder, whyBeamcoderIsAbsent } from './beamcoder-contender.ts';
import { benchFiles } from './bench-files.ts';
import type { Contender } from './contender.ts';
import { ffprobe } from './ffprobe-contender.ts';
import { medianOf, timeUs } from './measure.ts';
import { mediabunny } from './mediabunny-contender.ts';
import { vigie } from './vigie-contender.ts';

const WARM_UPS = 20;

export interface Rounds {
  readonly inProcess: number;
  /** Spawning takes a hundred times as long. */
  readonly spawning: number;
}

type Times = Record<'vigie' | 'ffprobe' | 'beamcoder' | 'beamcoderStream' | 'mediabunny', number | null>;

const TARGETS = { ffprobe: 200, beamcoder: 8, mediabunny: 1 };

/** Compares on the same files, in the same run. @returns the report */
export async function compareContenders(folder: string, rounds: Rounds): Promise<string> {
  const absent = whyBeamcoderIsAbsent();
  const byContainer: [string, Times][] = [];
  for (const [container, files] of Object.entries(benchFiles)) {
    const times: Times[] = [];
    for (const file of files) times.push(await measureFile(path.join(folder, file), rounds, absent === undefined));
    byContainer.push([container, mediansOf(times)]);
  }
  const note =
    absent === undefined ? [] : [`beamcoder takes no part: it is not built on this machine (${absent.slice(0, 80)})`];
  return [formatTable(byContainer.map(toRow)), summarize(byContainer), ...note].join('\n');
}

async function measureFile(file: string, rounds: Rounds, hasBeamcoder: boolean): Promise<Times> {
  const [own, other] = await measureInTurns([vigie, mediabunny], file, rounds.inProcess, WARM_UPS);
  const [spawned] = await measureInTurns([ffprobe], file, rounds.spawning, 1);
  return {
    vigie: own ?? null,
    mediabunny: other ?? null,
    ffprobe: spawned ?? null,
    beamcoder: hasBeamcoder ? await measureBeamcoder(file, rounds.spawning * 4, 'path') : null,
    beamcoderStream: hasBeamcoder ? await measureBeamcoder(file, rounds.spawning, 'stream') : null,
  };
}

/** In turns, so that a busy moment of the machine hits all alike. Null for one that cannot read the file. */
async function measureInTurns(contenders: readonly Contender[], file: string, rounds: number, warmUps: number) {
  const able = new Map<Contender, number[]>();
  for (const contender of contenders) if (await canRead(contender, file)) able.set(contender, []);
  for (let i = -warmUps; i < rounds; i++) {
    for (const [contender, times] of able) {
      const time = await timeUs(() => contender.probe(file));
      if (i >= 0) times.push(time);
    }
  }
  return contenders.map(contender => {
    const times = able.get(contender);
    return times === undefined ? null : medianOf(times);
  });
}

async function canRead(contender: Contender, file: string): Promise<boolean> {
  // mediabunny warns on the console of each codec that it leaves out.
  const { warn } = console;
  console.warn = () => {};
  try {
    return await contender.probe(file);
  } catch {
    return false;
  } finally {
    console.warn = warn;
  }
}

function mediansOf(times: readonly Times[]): Times {
  const median = (name: keyof Times) => {
    const measured = times.map(each => each[name]).filter(time => time !== null);
    return measured.length === 0 ? null : medianOf(measured);
  };
  return {
    vigie: median('vigie'),
    ffprobe: median('ffprobe'),
    beamcoder: median('beamcoder'),
    beamcoderStream: median('beamcoderStream'),
    mediabunny: median('mediabunny'),
  };
}

function toRow([container, times]: [string, Times]): Record<string, string> {
  const micro = (time: number | null) => (time === null ? '-' : time.toFixed(0));
  return {
    container,
    'vigie µs': micro(times.vigie),
    'ffprobe µs': micro(times.ffprobe),
    'x vigie': ratio(times.ffprobe, times.vigie),
    'beamcoder µs': micro(times.beamcoder),
    'x vigie ': ratio(times.beamcoder, times.vigie),
    'its stream µs': micro(times.beamcoderStream),
    'mediabunny µs': micro(times.mediabunny),
    'x vigie  ': ratio(times.mediabunny, times.vigie),
  };
}

function summarize(rows: readonly [string, Times][]): string {
  const lines = Object.entries(TARGETS).map(([name, target]) => {
    const both = rows.map(([, times]) => [times[name as keyof Times], times.vigie]).filter(isPair);
    if (both.length === 0) return `${name}: not measured (target: at least ${target} times as long as vigie)`;
    const overall = medianOf(both.map(([time]) => time)) / medianOf(both.map(([, own]) => own));
    const result = overall >= target ? 'reached' : 'MISSED';
    return `${name} takes ${overall.toFixed(1)} times as long as vigie, median over the containers that both read (target ${target}: ${result})`;
  });
  return ['', ...lines].join('\n');
}

function isPair(pair: (number | null)[]): pair is [number, number] {
  return pair.every(time => time !== null);
}

function ratio(time: number | null, own: number | null): string {
  return time === null || own === null ? '-' : (time / own).toFixed(1);
}
