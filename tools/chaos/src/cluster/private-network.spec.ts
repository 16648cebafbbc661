import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { boundToParent } from '@vigie/dev-env/processes';
import type { MemberNetwork } from '@vigie/dev-env/servers';
import { waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { OUTSIDE, PrivateNetwork } from './private-network.ts';

const PORT = 7_000;
const GREET = `require('node:net').createServer(socket => socket.end('here')).listen(${PORT})`;
/** Exits 0 once it is greeted, 1 if there is silence. */
const KNOCK = `const socket = require('node:net').connect(${PORT}, process.argv[1]);
  socket.on('data', () => process.exit(0)).on('error', () => process.exit(1));
  setTimeout(() => process.exit(1), 2000)`;

describe('PrivateNetwork', () => {
  it('parts two members, or one from this machine, and leaves all others joined', async function () {
    await using network = await PrivateNetwork.open(['a', 'b', 'c']);
    if (network === undefined) return this.skip();
    const [a, b, c] = ['a', 'b', 'c'].map(name => network.of(name)) as [MemberNetwork, MemberNetwork, MemberNetwork];
    await using _ = kept(run(GREET, a));
    /** Who is greeted by a: b, c and this machine. */
    const greeted = () => Promise.all([b, c, undefined].map(from => knock(a.host, from)));
    await waitFor('a to greet', async () => ((await knock(a.host)) ? true : undefined));

    expect(await greeted()).to.deep.equal([true, true, true]);
    await network.part('a', 'b');
    expect(await greeted()).to.deep.equal([false, true, true]);
    await network.part('a', OUTSIDE);
    expect(await greeted()).to.deep.equal([false, true, false]);
    await network.join('a', 'b');
    await network.join('a', OUTSIDE);
    expect(await greeted()).to.deep.equal([true, true, true]);
  });

  it('leaves nothing behind', async function () {
    const network = await PrivateNetwork.open(['a']);
    if (network === undefined) return this.skip();
    const { namespace } = network.of('a') as MemberNetwork;
    expect(existsSync(namespace)).to.equal(true);
    await network[Symbol.asyncDispose]();
    expect(existsSync(namespace)).to.equal(false);
  });
});

function run(script: string, from: MemberNetwork | undefined, ...args: string[]) {
  const command = {
    file: process.execPath,
    args: ['--eval', script, ...args],
    env: {},
    networkNamespace: from?.namespace,
  };
  const bound = boundToParent(command, 'SIGKILL');
  return spawn(bound.file, bound.args, { env: process.env, stdio: 'inherit' });
}

function kept(child: ReturnType<typeof spawn>): AsyncDisposable {
  const ended = once(child, 'exit');
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function knock(host: string, from?: MemberNetwork): Promise<boolean> {
  const [code] = await once(run(KNOCK, from, host), 'exit');
  return code === 0;
}
