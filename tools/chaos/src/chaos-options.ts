import { randomInt } from 'node:crypto';
import { parseOptions, WrongUsageError } from '@vigie/dev-env/command-line';
import { CLUSTER_FAULT_KINDS } from './faults/cluster-fault-kinds.ts';
import { FAULT_KINDS, type FaultKind } from './faults/fault-kinds.ts';
import { SABOTAGES, type Sabotage } from './sabotage/sabotages.ts';

export interface ChaosOptions {
  /** How long faults are injected. */
  readonly duration: { readonly minutes: number } | { readonly rounds: number };
  readonly seed: number;
  /** Faults at once. */
  readonly lanes: number;
  readonly alertsPerSecond: number;
  /** How long an alert that is sent once a fault is healed may take, from then to its outcome. */
  readonly recoveryLimitMs: number;
  /** A mesh on a cluster of three nats-servers. */
  readonly cluster: boolean;
  readonly kinds: readonly FaultKind[];
  readonly sabotage: Sabotage | undefined;
}

export const USAGE = `Usage: npm run chaos -- --minutes N [options]

Boots a mesh, breaks every part of it while clients send alerts, heals it, and checks that no accepted alert is lost, none
stored twice. Exits 0 if so, else 1.

  --cluster            on a cluster of three nats-servers
  --minutes N          how long faults are injected (3)
  --rounds N           instead: every kind N times, however long that takes
  --seed S             the same seed plans the same faults; a random one, printed, by default
  --lanes N            faults at once (3)
  --rate N             alerts a second (40)
  --recovery-limit N   seconds that an alert may take which is sent once a fault is healed (60; 180 with --cluster)
  --faults KIND,...    only these kinds; all by default
  --sabotage NAME      an intentional bug, which the check must find: ${SABOTAGES.join(', ')}

Kinds: ${namesOf(FAULT_KINDS)}.

With --cluster, instead of kill-nats and freeze-nats: ${namesOf(CLUSTER_FAULT_KINDS.filter(kind => !FAULT_KINDS.includes(kind)))}.`;

function namesOf(kinds: readonly FaultKind[]): string {
  return kinds.map(({ kind }) => kind).join(', ');
}

const MAX_SEED = 2 ** 31 - 1;

/** @throws WrongUsageError for anything it does not know */
export function parseChaosOptions(args: readonly string[]): ChaosOptions {
  const values = parseOptions(args, OPTIONS);
  const { cluster } = values;
  const kinds = cluster ? CLUSTER_FAULT_KINDS : FAULT_KINDS;
  // Meanwhile the next fault takes the cluster its majority, and the one after that too.
  const { 'recovery-limit': recoveryLimit = cluster ? '180' : '60' } = values;
  return {
    duration: readDuration(values),
    seed: readWhole('--seed', values.seed ?? String(randomInt(MAX_SEED)), { min: 0, max: MAX_SEED }),
    lanes: readWhole('--lanes', values.lanes, { min: 1, max: 10 }),
    recoveryLimitMs: 1_000 * readNumber('--recovery-limit', recoveryLimit, { min: 1, max: 3_600 }),
    alertsPerSecond: readNumber('--rate', values.rate, { min: 1, max: 1_000 }),
    cluster,
    kinds: values.faults === undefined ? kinds : values.faults.split(',').map(name => readKind(name, kinds)),
    sabotage: values.sabotage === undefined ? undefined : readSabotage(values.sabotage),
  };
}

const OPTIONS = {
  cluster: { type: 'boolean', default: false },
  minutes: { type: 'string' },
  rounds: { type: 'string' },
  seed: { type: 'string' },
  lanes: { type: 'string', default: '3' },
  rate: { type: 'string', default: '40' },
  'recovery-limit': { type: 'string' },
  faults: { type: 'string' },
  sabotage: { type: 'string' },
} as const;

function readDuration({ minutes, rounds }: { minutes?: string; rounds?: string }): ChaosOptions['duration'] {
  if (rounds === undefined) return { minutes: readNumber('--minutes', minutes ?? '3', { min: 0.1, max: 10_000 }) };
  if (minutes !== undefined) throw new WrongUsageError('give --minutes or --rounds, not both');
  return { rounds: readWhole('--rounds', rounds, { min: 1, max: 10_000 }) };
}

function readNumber(name: string, text: string, { min, max }: { min: number; max: number }): number {
  const number = Number(text);
  if (text.trim() === '' || !(number >= min && number <= max)) {
    throw new WrongUsageError(`${name} ${text}: give a number from ${min} to ${max}`);
  }
  return number;
}

function readWhole(name: string, text: string, bounds: { min: number; max: number }): number {
  const number = readNumber(name, text, bounds);
  if (!Number.isInteger(number)) throw new WrongUsageError(`${name} ${text}: give a whole number`);
  return number;
}

function readKind(name: string, kinds: readonly FaultKind[]): FaultKind {
  const kind = kinds.find(known => known.kind === name);
  if (kind === undefined) throw new WrongUsageError(`--faults ${name}: there is no such kind`);
  return kind;
}

function readSabotage(name: string): Sabotage {
  const sabotage = SABOTAGES.find(known => known === name);
  if (sabotage === undefined) throw new WrongUsageError(`--sabotage ${name}: one of ${SABOTAGES.join(', ')}`);
  return sabotage;
}
