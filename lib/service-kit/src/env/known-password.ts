const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/;

export interface Login {
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Of the servers, without ports. */
  readonly hostnames: readonly string[];
}

/**
 * Whether everybody knows the password: those that Vigie's own files name are the user's name. On loopback that is
 * enough.
 */
export function isKnownPassword({ user, password, hostnames }: Login): boolean {
  return user !== undefined && user === password && !hostnames.every(name => LOOPBACK.test(name));
}

/** For the log, as a warning. */
export function knownPasswordWarning(variable: string, user: string | undefined): string {
  return `EVERYBODY KNOWS THE PASSWORD of ${user} in ${variable}: it is the user's name. Set one of your own.`;
}
