export { connectPatiently } from './connect-patiently.ts';
export type { EmbeddedPostgres } from './embedded-postgres.ts';
export { MEMBERS, NatsCluster } from './nats-cluster.ts';
export { type MemberNetwork, NatsServer } from './nats-server.ts';
export { SYSTEM_USER } from './nats-users.ts';
export { NginxServer } from './nginx-server.ts';
export { createRoles } from './postgres-roles.ts';
export { openPostgresSession, type PgClient, queryPostgres } from './query-postgres.ts';
