import { STREAM_NAMES } from '@vigie/alert/streams';
import type { DurableConsumer, NatsRights, ServiceDeclaration } from '@vigie/service-kit/declaration';

/** Subjects that a user may publish on, those that belong together in one group. */
export interface NatsSubjects {
  readonly allow: readonly (readonly string[])[];
  /** Stronger than `allow`. */
  readonly deny: readonly string[];
}

/** The state of all streams, and creating one that is missing: for one that is there it changes nothing. */
const OF_ALL = [
  ['$JS.API.INFO'],
  STREAM_NAMES.map(stream => `$JS.API.STREAM.INFO.${stream}`),
  STREAM_NAMES.map(stream => `$JS.API.STREAM.CREATE.${stream}`),
];

/** What the rights of a service come to in the subjects of JetStream's API. */
export function natsSubjects(service: ServiceDeclaration, services: readonly ServiceDeclaration[]): NatsSubjects {
  const { publishes = [], consumers = [], reads = [], manages = [] } = service.nats ?? {};
  const allow = [
    ...OF_ALL,
    publishes,
    ...manages.map(manageStream),
    ...consumers.flatMap(useDurable),
    ...reads.flatMap(readStream),
  ].filter(group => group.length > 0);
  return { allow, deny: reads.flatMap(stream => protectDurables(stream, consumers, services)) };
}

function manageStream(stream: string): string[] {
  return ['STREAM.UPDATE', 'STREAM.PURGE', 'DIRECT.GET', 'CONSUMER.LIST'].map(call => `$JS.API.${call}.${stream}`);
}

function useDurable({ stream, durable }: DurableConsumer): string[][] {
  const place = `${stream}.${durable}`;
  return [
    [`$JS.API.CONSUMER.CREATE.${place}`, `$JS.API.CONSUMER.DURABLE.CREATE.${place}`],
    [`$JS.API.CONSUMER.INFO.${place}`, `$JS.API.CONSUMER.MSG.NEXT.${place}`],
    // The second is the form that acks of newer servers have, with a domain and an account.
    [`$JS.ACK.${place}.>`, `$JS.ACK.*.*.${place}.>`],
  ];
}

/** With consumers whose names are drawn, so all names are allowed. */
function readStream(stream: string): string[][] {
  return [
    [`$JS.API.CONSUMER.CREATE.${stream}`, `$JS.API.CONSUMER.CREATE.${stream}.>`],
    ['INFO', 'MSG.NEXT', 'DELETE'].map(call => `$JS.API.CONSUMER.${call}.${stream}.*`),
  ];
}

/** The durable consumers of a stream that is read along must not be deleted, nor those of other services used. */
function protectDurables(
  stream: string,
  own: NonNullable<NatsRights['consumers']>,
  services: readonly ServiceDeclaration[],
): string[] {
  const durables = services.flatMap(({ nats }) => nats?.consumers ?? []).filter(other => other.stream === stream);
  return durables.flatMap(({ durable }) => {
    const isOwn = own.some(consumer => consumer.stream === stream && consumer.durable === durable);
    const place = `${stream}.${durable}`;
    return [
      `$JS.API.CONSUMER.DELETE.${place}`,
      ...(isOwn
        ? []
        : [
            `$JS.API.CONSUMER.MSG.NEXT.${place}`,
            `$JS.API.CONSUMER.CREATE.${place}`,
            `$JS.API.CONSUMER.CREATE.${place}.>`,
          ]),
    ];
  });
}
