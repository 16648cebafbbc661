export interface Command {
  file: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  runAs?: UnprivilegedUser;
  /** The file of a network namespace to run in, which only root may enter. */
  networkNamespace?: string | undefined;
}

/** Whom a server runs as if this process is root's. */
export interface UnprivilegedUser {
  uid: number;
  gid: number;
  /**
   * The only capability that is kept, as other users can't read a checkout in root's home: to read all files, or to
   * write them too.
   */
  capability: 'dac_read_search' | 'dac_override';
}

/** The user "nobody", who exists on every machine; undefined if this process isn't root's. */
export function unprivileged(capability: UnprivilegedUser['capability']): UnprivilegedUser | undefined {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534, capability } : undefined;
}

/**
 * The same command under `setpriv`, which replaces itself by the command (so the pid is the command's). The kernel
 * sends it `deathSignal` when the process that started it ends, for whatever reason: no part of the mesh outlives its
 * parent.
 */
export function boundToParent(command: Command, deathSignal: string) {
  const options = ['--pdeathsig', deathSignal.replace('SIG', ''), ...(command.runAs ? dropRoot(command.runAs) : [])];
  const bound = ['setpriv', ...options, '--', command.file, ...command.args];
  const [file, ...args] = [...enterNetwork(command), ...bound] as [string, ...string[]];
  return { file, args, env: command.env, cwd: command.cwd };
}

/** By `nsenter`, which replaces itself by the command too. */
function enterNetwork({ networkNamespace }: Command): string[] {
  return networkNamespace === undefined ? [] : ['nsenter', `--net=${networkNamespace}`, '--'];
}

/** Without the securebit the kernel ignores the capability in access(2), which Postgres uses to find its own files. */
function dropRoot({ uid, gid, capability }: UnprivilegedUser): string[] {
  return [
    ...['--securebits', '+no_setuid_fixup'],
    ...['--reuid', String(uid), '--regid', String(gid), '--clear-groups'],
    ...['--inh-caps', `+${capability}`, '--ambient-caps', `+${capability}`],
  ];
}
