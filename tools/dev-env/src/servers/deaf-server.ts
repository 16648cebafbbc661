import type { NatsConnection } from '@nats-io/transport-node';
import { poll } from '@vigie/service-kit/async';
import { connectPatiently } from './connect-patiently.ts';
import type { NatsServer } from './nats-server.ts';
import { OPERATOR, SYSTEM_USER } from './nats-users.ts';

/** Servers pass on what each account of theirs subscribes to on its own: the services', and that of JetStream. */
const ACCOUNTS = [OPERATOR, SYSTEM_USER];
const SUBJECT = 'vigie.hello';
const SAY_EVERY_MS = 200;
/** On a machine with other work. */
const PATIENCE_MS = 10_000;

type Member = Pick<NatsServer, 'name' | 'urlOf'>;

/** One of a cluster that does not get what is published at another. */
export interface DeafServer<M extends Member> {
  readonly deaf: M;
  readonly speaker: M;
}

/**
 * Has each server of a cluster say something to each other, for as long as one hasn't heard all. Neither `/healthz` nor
 * the leader of the metadata knows of those that don't lead (docs/adr/0020).
 * @returns undefined if all hear each other
 */
export async function findDeafServer<M extends Member>(
  members: readonly M[],
  patienceMs = PATIENCE_MS,
): Promise<DeafServer<M> | undefined> {
  const found = await Promise.all(ACCOUNTS.map(user => findDeafIn(user, members, patienceMs)));
  return found.find(pair => pair !== undefined);
}

async function findDeafIn<M extends Member>(
  user: string,
  members: readonly M[],
  patienceMs: number,
): Promise<DeafServer<M> | undefined> {
  await using teardown = new AsyncDisposableStack();
  const connections = new Map<M, NatsConnection>();
  for (const member of members) {
    const connection = await connectPatiently(member.urlOf(user));
    teardown.defer(() => connection.close());
    connections.set(member, connection);
  }
  const unheard = new Set(members.flatMap(deaf => members.map(speaker => ({ deaf, speaker }))));
  for (const [deaf, connection] of connections) {
    const callback = (_: Error | null, message: { string(): string }): void => {
      for (const pair of unheard)
        if (pair.deaf === deaf && pair.speaker.name === message.string()) unheard.delete(pair);
    };
    connection.subscribe(SUBJECT, { callback });
  }
  const allHeard = (): true | undefined => {
    for (const [speaker, connection] of connections) connection.publish(SUBJECT, speaker.name);
    return unheard.size === 0 || undefined;
  };
  await poll(allHeard, { intervalMs: SAY_EVERY_MS, timeoutMs: patienceMs });
  const [first] = unheard;
  return first;
}
