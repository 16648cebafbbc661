// For `node --import`: from now on the libav core of this process dies of marked videos, or hangs, as a bug in it would
// make it. The shipped code has no switch for that.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { markOf, type Trap } from './marked-video.ts';

interface Request {
  readonly ranges: readonly { readonly bytes: Uint8Array }[];
}

interface Core {
  startProbe(request: Request, complete: unknown): unknown;
}

const loadShared = process.dlopen.bind(process);

process.dlopen = (module, filename, ...flags) => {
  loadShared(module, filename, ...flags);
  if (path.basename(filename) !== 'vigie_native.node') return;
  const loaded = module as { exports: Core };
  loaded.exports = withTraps(loaded.exports);
};

function withTraps(core: Core): Core {
  let harmed = false;
  return {
    ...core,
    startProbe(request, complete) {
      const bears = (trap: Trap) => request.ranges.some(({ bytes }) => Buffer.from(bytes).includes(markOf(trap)));
      if (harmed || bears('crash')) process.kill(process.pid, 'SIGSEGV');
      if (bears('kill') || (bears('kill-beside-others') && hasSiblings())) process.kill(process.pid, 'SIGKILL');
      // Not even its own deadline ends it: the thread that would check the clock is blocked too.
      while (bears('hang'));
      harmed = bears('crash-on-the-next');
      return core.startProbe(request, complete);
    },
  };
}

function hasSiblings(): boolean {
  const { ppid } = process;
  return readFileSync(`/proc/${ppid}/task/${ppid}/children`, 'utf8').trim().includes(' ');
}
