export interface Command {
  file: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** Postgres refuses to run as root: the unprivileged user that it runs as instead. */
  runAs?: { uid: number; gid: number };
}

/**
 * The same command under `setpriv`, which becomes it (the pid is the command's own). The kernel sends it `deathSignal`
 * when the process that started it is gone, however that ended: no part of the mesh outlives it.
 */
export function boundToParent(command: Command, deathSignal: string) {
  const options = ['--pdeathsig', deathSignal.replace('SIG', ''), ...(command.runAs ? dropRoot(command.runAs) : [])];
  return {
    file: 'setpriv',
    args: [...options, '--', command.file, ...command.args],
    env: command.env,
    cwd: command.cwd,
  };
}

/**
 * A checkout under root's private home is closed to other users, so file access stays as root's; all else goes.
 * Without the securebit the kernel leaves that capability out of access(2), with which Postgres looks for its own files.
 */
function dropRoot({ uid, gid }: { uid: number; gid: number }): string[] {
  return [
    ...['--securebits', '+no_setuid_fixup'],
    ...['--reuid', String(uid), '--regid', String(gid), '--clear-groups'],
    ...['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'],
  ];
}
