import type { ClusterInfo } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

/** Replicas hear from one another every second. A leader that is cut off believes for 12 s and more that it leads. */
const SILENT_NS = nanos(5_000);

/**
 * Why the replicas of a stream can't agree on what is written to it.
 *
 * @param group as the stream's leader sees it; undefined where the server is no part of a cluster
 */
export function findQuorumFault(group: ClusterInfo | undefined): string | undefined {
  if (group === undefined) return undefined;
  const { leader, replicas: followers = [] } = group;
  if (leader === undefined || leader === '') return 'has no leader';
  const size = 1 + followers.length;
  const answering = 1 + followers.filter(({ offline, active }) => !offline && active < SILENT_NS).length;
  return answering > size / 2 ? undefined : `has no majority: only ${answering} of its ${size} replicas answer`;
}
