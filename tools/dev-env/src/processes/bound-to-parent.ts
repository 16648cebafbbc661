export interface Command {
  file: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** The unprivileged user to run as; Postgres refuses to run as root. */
  runAs?: { uid: number; gid: number };
}

/**
 * The same command under `setpriv`, which replaces itself by the command (so the pid is the command's). The kernel
 * sends it `deathSignal` when the process that started it ends, for whatever reason: no part of the mesh outlives its
 * parent.
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
 * Other users can't read a checkout in root's home, so the capability to read all files is kept and all others are
 * dropped. Without the securebit the kernel ignores that capability in access(2), which Postgres uses to find its own
 * files.
 */
function dropRoot({ uid, gid }: { uid: number; gid: number }): string[] {
  return [
    ...['--securebits', '+no_setuid_fixup'],
    ...['--reuid', String(uid), '--regid', String(gid), '--clear-groups'],
    ...['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'],
  ];
}
