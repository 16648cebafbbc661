export type { EmbeddedPostgres } from './embedded-postgres.ts';
export type { NatsCluster } from './nats-cluster.ts';
export { NatsServer } from './nats-server.ts';
export { NginxServer } from './nginx-server.ts';
export { openPostgresSession, type PgClient, queryPostgres } from './query-postgres.ts';
