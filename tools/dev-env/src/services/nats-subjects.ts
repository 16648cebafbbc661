import { STREAM_NAMES } from '@vigie/alert/streams';
import type { DurableConsumer, NatsRights, ServiceDeclaration } from '@vigie/service-kit/declaration';

/** The subjects that a user may publish on, grouped by what they are for. */
export interface NatsSubjects {
  readonly allow: readonly (readonly string[])[];
  /** Overrides `allow`. */
  readonly deny: readonly string[];
}

/**
 * Reading the state of all streams, and creating a stream that is missing. Creating one that exists changes nothing.
 */
const OF_ALL = [
  ['$JS.API.INFO'],
  STREAM_NAMES.map(stream => `$JS.API.STREAM.INFO.${stream}`),
  STREAM_NAMES.map(stream => `$JS.API.STREAM.CREATE.${stream}`),
];

/** The subjects, most of them of JetStream's API, that a service needs for the rights it declares. */
export function natsSubjects(service: ServiceDeclaration, services: readonly ServiceDeclaration[]): NatsSubjects {
  const { publishes = [], consumers = [], reads = [], manages = [], positions = [], owns = [] } = service.nats ?? {};
  const allow = [
    ...OF_ALL,
    publishes,
    ...manages.map(manageStream),
    ...positions.map(positionStream),
    ...owns.map(ownStream),
    ...consumers.flatMap(useDurable),
    ...reads.flatMap(readStream),
  ].filter(group => group.length > 0);
  return { allow, deny: reads.flatMap(stream => protectDurables(stream, consumers, services)) };
}

function manageStream(stream: string): string[] {
  return ['STREAM.UPDATE', 'STREAM.PURGE', 'DIRECT.GET', 'CONSUMER.LIST'].map(call => `$JS.API.${call}.${stream}`);
}

function positionStream(stream: string): string[] {
  return [`$JS.API.STREAM.UPDATE.${stream}`, `$JS.API.STREAM.PURGE.${stream}`];
}

function ownStream(stream: string): string[] {
  return ['STREAM.INFO', 'STREAM.CREATE', 'STREAM.UPDATE']
    .map(call => `$JS.API.${call}.${stream}`)
    .concat(`$JS.API.DIRECT.GET.${stream}.>`);
}

function useDurable({ stream, durable }: DurableConsumer): string[][] {
  const place = `${stream}.${durable}`;
  return [
    [`$JS.API.CONSUMER.CREATE.${place}`, `$JS.API.CONSUMER.DURABLE.CREATE.${place}`],
    [`$JS.API.CONSUMER.INFO.${place}`, `$JS.API.CONSUMER.MSG.NEXT.${place}`],
    // Newer servers use the second form of ack subjects, with a domain and an account.
    [`$JS.ACK.${place}.>`, `$JS.ACK.*.*.${place}.>`],
  ];
}

/** The client gives short-lived consumers random names, so all names are allowed. */
function readStream(stream: string): string[][] {
  return [
    [`$JS.API.CONSUMER.CREATE.${stream}`, `$JS.API.CONSUMER.CREATE.${stream}.>`],
    ['INFO', 'MSG.NEXT', 'DELETE'].map(call => `$JS.API.CONSUMER.${call}.${stream}.*`),
  ];
}

/**
 * A service that may use any consumer of a stream must not delete the durable ones, nor use those of other services.
 */
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
