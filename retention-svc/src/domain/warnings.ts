import type { TrimPlan } from './plan-trim.ts';
import { fillRatio, type StreamState } from './stream-state.ts';

/** What a person should look at. */
export interface StreamWarning {
  /** The same in each pass as long as the warning is about the same thing. */
  readonly key: string;
  readonly message: string;
}

/** Fewer than this may well be alerts that are being retried. */
const MANY_MESSAGES = 1_000;
const NEARLY_FULL = 0.8;

/** @param windowStart the first message within the replay window */
export function findWarnings(state: StreamState, plan: TrimPlan, windowStart: number): StreamWarning[] {
  return [...warnOfTrimming(state, plan, windowStart), ...warnOfFill(state, plan)];
}

function warnOfTrimming(state: StreamState, plan: TrimPlan, windowStart: number): StreamWarning[] {
  const stream = state.name;
  // A mesh that is just starting has nothing to trim and no consumers yet.
  const missing = windowStart > state.firstSequence ? plan.missing : [];
  return [
    ...missing.map(name => ({
      key: `missing ${name}`,
      message: `${stream} isn't trimmed: its consumer ${name} is missing or gives no answer; start the service that makes it`,
    })),
    ...plan.lagging
      .filter(({ oldMessages }) => oldMessages >= MANY_MESSAGES)
      .map(({ name, oldMessages }) => ({
        key: `lagging ${name}`,
        message:
          `${stream}: the consumer ${name} holds ${oldMessages} messages back that are older than REPLAY_WINDOW_MS; ` +
          'give its service more replicas, or take it out of AWAITED_CONSUMERS if nobody uses it any more',
      })),
    ...plan.overtaken.map(name => ({
      key: `overtaken ${name}`,
      message:
        `${stream}: the consumer ${name} misses messages that are trimmed, as nobody waits for it; ` +
        `name it in AWAITED_CONSUMERS, or delete it if it is abandoned: nats consumer rm ${stream} ${name}`,
    })),
  ];
}

function warnOfFill(state: StreamState, plan: TrimPlan): StreamWarning[] {
  const ratio = fillRatio(state);
  if (ratio <= NEARLY_FULL) return [];
  const message = `${state.name} is ${Math.floor(ratio * 100)} % full, at 100 % it refuses: ${adviseOnFill(state, plan)}`;
  return [{ key: 'nearly full', message }];
}

function adviseOnFill(state: StreamState, { missing, slowest }: TrimPlan): string {
  if (missing.length > 0) return `start the service that makes the consumer ${missing.join(' and ')}`;
  const unfinished = slowest === undefined ? 0 : state.lastSequence - slowest.finishedThrough;
  if (slowest !== undefined && unfinished > state.messages / 2) {
    return `the consumer ${slowest.name} lags by ${unfinished} messages; give its service more replicas`;
  }
  return 'raise STREAM_MAX_BYTES or shorten REPLAY_WINDOW_MS';
}
