import { STREAM_NAMES } from '@vigie/alert/streams';
import { SERVICE_NAMES, SERVICES } from '@vigie/dev-env/services';
import type { ServiceDeclaration } from '@vigie/service-kit/declaration';
import { LINK_NAMES } from '../links.ts';

/** A kind of fault, which parts it may hit, and for how long. */
export interface FaultKind {
  readonly kind: string;
  readonly victims: readonly string[];
  /** How long it lasts, from when it takes effect until it is healed. */
  readonly holdMs: { readonly min: number; readonly max: number };
  /** The parts that it breaks; no other fault breaks them at the same time. */
  readonly targets: (victim: string) => readonly string[];
  /** The bounds of a clock's jump. */
  readonly offsetMs?: { readonly min: number; readonly max: number };
}

/** Which replicas of a service are hit. */
export const REPLICAS = ['first', 'second', 'both'] as const;
export type ReplicaChoice = (typeof REPLICAS)[number];

/**
 * The duration of a wrong answer or an outage of the video server. The sum is shorter than the retries of an alert
 * last.
 */
const VIDEO_HOLD_MS = { min: 3_000, max: 6_000 };
const KILL_HOLD_MS = { min: 200, max: 2_500 };
/** Longer than 10 s, after which JetStream delivers a message without an ack to another replica. */
const FREEZE_HOLD_MS = { min: 11_000, max: 12_000 };
/** probe-svc has 5 s more than a probe may take. */
const FREEZE_PROBE_SVC_HOLD_MS = { min: 16_000, max: 17_000 };
const LINK_HOLD_MS = { min: 2_000, max: 6_000 };
const POSTGRES_HOLD_MS = { min: 3_000, max: 6_000 };
const CLOCK_HOLD_MS = { min: 5_000, max: 10_000 };
const CLOCK_OFFSET_MS = { min: -4 * 3_600_000, max: 4 * 3_600_000 };
const AT_ONCE_MS = { min: 0, max: 0 };

/** How the video server misbehaves. */
export const VIDEO_FAULTS = [
  'down',
  'slow',
  'wrong-range',
  'cut-body',
  'ignores-ranges',
  'errors',
  'changing-etag',
] as const;
export type VideoFaultName = (typeof VIDEO_FAULTS)[number];

export const POSTGRES_FAULTS = ['no-connections', 'read-only', 'disk-full'] as const;
export type PostgresFaultName = (typeof POSTGRES_FAULTS)[number];

export const LINK_FAULTS = ['delay', 'cut', 'half-open'] as const;
export type LinkFaultName = (typeof LINK_FAULTS)[number];

const itself = (part: string): Pick<FaultKind, 'victims' | 'targets'> => ({ victims: [part], targets: () => [part] });

/** The clocks that may jump, as `SERVICE REPLICAS`. */
const CLOCKS = SERVICES.flatMap(service => replicasOf(service).map(choice => `${service.name} ${choice}`));

export const FAULT_KINDS: readonly FaultKind[] = [
  ...SERVICES.flatMap(service => {
    const { name } = service;
    const replicas = { victims: replicasOf(service), targets: () => [name] };
    return [
      { kind: `kill-${name}`, ...replicas, holdMs: KILL_HOLD_MS },
      {
        kind: `freeze-${name}`,
        ...replicas,
        holdMs: name === 'probe-svc' ? FREEZE_PROBE_SVC_HOLD_MS : FREEZE_HOLD_MS,
      },
      { kind: `roll-${name}`, ...itself(name), holdMs: AT_ONCE_MS },
    ];
  }),
  { kind: 'kill-all-services', victims: ['services'], targets: () => SERVICE_NAMES, holdMs: KILL_HOLD_MS },
  ...['nats', 'postgres'].map(server => ({ kind: `kill-${server}`, ...itself(server), holdMs: KILL_HOLD_MS })),
  ...['nats', 'postgres', 'nginx'].map(server => ({
    kind: `freeze-${server}`,
    ...itself(server),
    holdMs: FREEZE_HOLD_MS,
  })),
  ...VIDEO_FAULTS.map(fault => ({ kind: `nginx-${fault}`, ...itself('nginx'), holdMs: VIDEO_HOLD_MS })),
  ...LINK_FAULTS.map(fault => ({
    kind: `link-${fault}`,
    victims: LINK_NAMES,
    targets: (link: string) => [`link ${link}`],
    holdMs: LINK_HOLD_MS,
  })),
  {
    kind: 'clock-jump',
    victims: CLOCKS,
    // Not the service, which may be restarted while its clock is wrong.
    targets: (clock: string) => [`clock ${clock.split(' ')[0]}`],
    holdMs: CLOCK_HOLD_MS,
    offsetMs: CLOCK_OFFSET_MS,
  },
  { kind: 'stream-full', victims: STREAM_NAMES, targets: () => ['nats'], holdMs: { min: 3_000, max: 6_000 } },
  ...POSTGRES_FAULTS.map(fault => ({ kind: `postgres-${fault}`, ...itself('postgres'), holdMs: POSTGRES_HOLD_MS })),
  { kind: 'duplicate-storm', ...itself('clients'), holdMs: AT_ONCE_MS },
  { kind: 'uid-clash', ...itself('clients'), holdMs: AT_ONCE_MS },
];

/** A mesh under chaos has two replicas of a service, if it allows more than one. */
function replicasOf({ replicas }: ServiceDeclaration): readonly ReplicaChoice[] {
  return replicas === 'one' ? ['first'] : REPLICAS;
}
