/** The users of docker/nats.conf, and the variable that each one's password comes from. */
const PASSWORD_VARIABLES = {
  operator: 'NATS_OPERATOR_PASSWORD',
  'ingest-svc': 'NATS_INGEST_PASSWORD',
  'probe-svc': 'NATS_PROBE_PASSWORD',
  'store-svc': 'NATS_STORE_PASSWORD',
  'retention-svc': 'NATS_RETENTION_PASSWORD',
} as const;

export type NatsUser = keyof typeof PASSWORD_VARIABLES;

export const NATS_USERS = Object.keys(PASSWORD_VARIABLES) as NatsUser[];

export type NatsPasswords = Readonly<Partial<Record<NatsUser, string>>>;

/** A user's name, where nothing else is named: only this machine reaches the servers of the mesh. */
export function passwordOf(user: NatsUser, passwords: NatsPasswords): string {
  return passwords[user] ?? user;
}

/** What docker/nats.conf asks of its server's environment. */
export function passwordVariables(passwords: NatsPasswords): NodeJS.ProcessEnv {
  return Object.fromEntries(NATS_USERS.map(user => [PASSWORD_VARIABLES[user], passwordOf(user, passwords)]));
}
