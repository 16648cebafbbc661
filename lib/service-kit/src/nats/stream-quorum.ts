import type { ClusterInfo } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

/** Replicas hear from one another every second. A leader that is cut off goes on as leader for 12 s and more. */
const SILENT_NS = nanos(5_000);

/**
 * Why no majority of a stream's replicas can agree on what is written to it; undefined if one can.
 *
 * @param group as the stream's leader sees it; undefined if the server is not part of a cluster
 */
export function findQuorumProblem(group: ClusterInfo | undefined): string | undefined {
  if (group === undefined) return undefined;
  const { leader, replicas: followers = [] } = group;
  if (leader === undefined || leader === '') return 'has no leader';
  const size = 1 + followers.length;
  const answering = 1 + followers.filter(({ offline, active }) => !offline && active < SILENT_NS).length;
  return answering > size / 2 ? undefined : `has no majority: only ${answering} of its ${size} replicas answer`;
}
