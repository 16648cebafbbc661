import { MEMBERS } from '@vigie/dev-env/servers';
import { FAULT_KINDS, type FaultKind } from './fault-kinds.ts';

/** What happens to the nats-servers of a cluster. */
export type ClusterFaultName = 'kill-one' | 'kill-two' | 'freeze' | 'disk-lost' | 'leaders-moved' | 'partition';

/** Whom a server doesn't reach that is cut off. */
export const CUT_OFF_FROM = ['servers', 'servers-and-some-services', 'everything'] as const;
export type CutOffFrom = (typeof CUT_OFF_FROM)[number];

const PAIRS = MEMBERS.flatMap(one => MEMBERS.filter(other => other !== one).map(other => `${one} ${other}`));
const PARTITIONS = MEMBERS.flatMap(member => CUT_OFF_FROM.map(from => `${member} ${from}`));

/** From a moment to longer than the elections. */
const KILL_HOLD_MS = { min: 500, max: 12_000 };
/** Longer than a leader takes to notice that nobody answers any more, and the others to elect another. */
const SILENCE_HOLD_MS = { min: 11_000, max: 15_000 };

const KINDS: Record<ClusterFaultName, Pick<FaultKind, 'victims' | 'holdMs'>> = {
  'kill-one': { victims: MEMBERS, holdMs: KILL_HOLD_MS },
  'kill-two': { victims: PAIRS, holdMs: KILL_HOLD_MS },
  freeze: { victims: MEMBERS, holdMs: SILENCE_HOLD_MS },
  // The first of two is the one whose disk is lost.
  'disk-lost': { victims: [...MEMBERS, ...PAIRS], holdMs: KILL_HOLD_MS },
  'leaders-moved': { victims: ['all leaders'], holdMs: { min: 4_000, max: 8_000 } },
  partition: { victims: PARTITIONS, holdMs: SILENCE_HOLD_MS },
};

/** What can happen to a mesh on a cluster: what others do to the one nats-server, these do to the three. */
export const CLUSTER_FAULT_KINDS: readonly FaultKind[] = [
  ...FAULT_KINDS.filter(({ kind }) => !['kill-nats', 'freeze-nats'].includes(kind)),
  ...Object.entries(KINDS).map(([name, kind]) => ({
    kind: `cluster-${name}`,
    ...kind,
    // One at a time: two lost disks, or one while others forget too, are more than three replicas bear.
    targets: () => ['nats'],
  })),
];
