import { SERVICES } from '../services/declared-services.ts';
import { variablePrefix } from '../services/variable-prefix.ts';

/** The user for people; it may do everything. */
export const OPERATOR = 'operator';

/** Of the system account, which sees what the servers do, moves leaders, and has no streams. */
export const SYSTEM_USER = 'system';

/** `operator`, or the service that the user is for. */
export type NatsUser = string;

/** The users of docker/nats.conf who have to do with alerts. */
export const NATS_USERS: readonly NatsUser[] = [
  OPERATOR,
  ...SERVICES.filter(({ nats }) => nats !== undefined).map(({ name }) => name),
];

/** The passwords that differ from the user's name. */
export type NatsPasswords = Readonly<Partial<Record<NatsUser, string>>>;

/** The user's name, if no other password is given: the servers of the mesh can be reached from this machine only. */
export function passwordOf(user: NatsUser, passwords: NatsPasswords): string {
  return passwords[user] ?? user;
}

/** The variable from which docker/nats.conf takes the password of a user. */
export function passwordVariable(user: NatsUser): string {
  return `NATS_${variablePrefix(user)}_PASSWORD`;
}

/** What docker/nats.conf expects in its server's environment. */
export function passwordVariables(passwords: NatsPasswords): NodeJS.ProcessEnv {
  return Object.fromEntries(
    [...NATS_USERS, SYSTEM_USER].map(user => [passwordVariable(user), passwordOf(user, passwords)]),
  );
}
