export type { Dependency, DurableConsumer, NatsRights, ServiceDeclaration } from './service-declaration.ts';
