import type { NatsRights, ServiceDeclaration } from '@vigie/service-kit/declaration';
import { expect } from 'chai';
import { natsSubjects } from './nats-subjects.ts';

const withRights = (name: string, nats: NatsRights): ServiceDeclaration => ({
  name,
  healthPort: 1,
  dependsOn: { NATS_URL: 'nats' },
  nats,
  replicas: 'many',
  image: { memoryMib: 1 },
});

// What the subjects allow on a real server: servers/nats-permissions.spec.ts.
describe('natsSubjects', () => {
  it('does not let a service that reads a stream use durable consumers of others, or delete its own', () => {
    const reader = withRights('reader-svc', {
      reads: ['OUTCOMES'],
      consumers: [{ stream: 'OUTCOMES', durable: 'own' }],
    });
    const other = withRights('other-svc', { consumers: [{ stream: 'OUTCOMES', durable: 'notify' }] });
    const elsewhere = withRights('elsewhere-svc', { consumers: [{ stream: 'ALERTS', durable: 'record' }] });
    expect(natsSubjects(reader, [reader, other, elsewhere]).deny).to.deep.equal([
      '$JS.API.CONSUMER.DELETE.OUTCOMES.own',
      '$JS.API.CONSUMER.DELETE.OUTCOMES.notify',
      '$JS.API.CONSUMER.MSG.NEXT.OUTCOMES.notify',
      '$JS.API.CONSUMER.CREATE.OUTCOMES.notify',
      '$JS.API.CONSUMER.CREATE.OUTCOMES.notify.>',
    ]);
  });

  it('lets a service with no rights of its own read and create streams, nothing else', () => {
    const empty = withRights('empty-svc', {});
    const { allow, deny } = natsSubjects(empty, [empty]);
    for (const subject of allow.flat()) expect(subject).to.match(/^\$JS\.API\.(INFO|STREAM\.(INFO|CREATE)\.[A-Z]+)$/);
    expect(deny).to.deep.equal([]);
  });
});
