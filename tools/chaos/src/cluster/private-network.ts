import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { promisify } from 'node:util';
import type { MemberNetwork } from '@vigie/dev-env/servers';

const run = promisify(execFile);
const ip = (...args: string[]) => run('ip', args);

/** Subnets that are kept for tests of networks (RFC 2544), so that no address outside of this machine is hidden. */
const subnet = (number: number): string => `198.18.${number}`;
const SUBNETS = 256;
/** Another run on this machine may have taken the same one. */
const TRIES = 5;
/** Nobody's: a switch delivers what is sent there to nobody who takes it. */
const NOBODY = '02:00:00:00:00:00';
const DEVICE = 'eth0';

/** This process, and all of the mesh that is on loopback. */
export const OUTSIDE = 'outside';

interface Node extends MemberNetwork {
  readonly namespaceName: string;
}

/**
 * A network in which each member has a namespace of its own. A bridge joins them all, and this machine with them. Any
 * two can be parted: packets between them vanish then, and connections stay open without an answer.
 */
export class PrivateNetwork implements AsyncDisposable {
  readonly #bridge: string;
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #outsideHost: string;

  /** @returns undefined if this process may not make namespaces, or there is no `ip` */
  static async open(members: readonly string[]): Promise<PrivateNetwork | undefined> {
    for (let tries = 0; tries < TRIES; tries++) {
      const network = new PrivateNetwork(randomInt(SUBNETS), members);
      try {
        await network.#make();
        return network;
      } catch {
        await network[Symbol.asyncDispose]();
      }
    }
    return undefined;
  }

  private constructor(number: number, members: readonly string[]) {
    this.#bridge = `vigie${number}`;
    this.#outsideHost = `${subnet(number)}.254`;
    this.#nodes = new Map(
      members.map((member, index) => {
        const namespaceName = `${this.#bridge}-${member}`;
        const host = `${subnet(number)}.${index + 1}`;
        return [member, { host, namespaceName, namespace: `/run/netns/${namespaceName}` }];
      }),
    );
  }

  of(member: string): MemberNetwork | undefined {
    return this.#nodes.get(member);
  }

  /** No packet gets from one to the other any more. @param other a member, or `OUTSIDE` */
  async part(member: string, other: string): Promise<void> {
    await this.#onBothSides(member, other, (device, host) => [
      'neigh',
      'replace',
      host,
      'lladdr',
      NOBODY,
      'nud',
      'permanent',
      'dev',
      device,
    ]);
  }

  /** Also those that have not been parted. */
  async join(member: string, other: string): Promise<void> {
    await this.#onBothSides(member, other, (device, host) => [
      'neigh',
      'flush',
      'to',
      host,
      'nud',
      'all',
      'dev',
      device,
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What could not be made is not there.
    for (const { namespaceName } of this.#nodes.values())
      await ip('netns', 'del', namespaceName).catch(() => undefined);
    await ip('link', 'del', this.#bridge).catch(() => undefined);
  }

  async #make(): Promise<void> {
    await ip('link', 'add', this.#bridge, 'type', 'bridge');
    await ip('addr', 'add', `${this.#outsideHost}/24`, 'dev', this.#bridge);
    await ip('link', 'set', this.#bridge, 'up');
    for (const [index, { host, namespaceName }] of [...this.#nodes.values()].entries()) {
      const port = `${this.#bridge}p${index + 1}`;
      await ip('netns', 'add', namespaceName);
      await ip('link', 'add', port, 'type', 'veth', 'peer', 'name', DEVICE, 'netns', namespaceName);
      await ip('link', 'set', port, 'master', this.#bridge, 'up');
      await ip('-n', namespaceName, 'addr', 'add', `${host}/24`, 'dev', DEVICE);
      for (const device of ['lo', DEVICE]) await ip('-n', namespaceName, 'link', 'set', device, 'up');
    }
  }

  async #onBothSides(
    member: string,
    other: string,
    command: (device: string, host: string) => string[],
  ): Promise<void> {
    const [a, b] = [this.#nodes.get(member), this.#nodes.get(other)];
    if (a === undefined) throw new Error(`${member} has no namespace.`);
    await ip('-n', a.namespaceName, ...command(DEVICE, b?.host ?? this.#outsideHost));
    if (b === undefined) await ip(...command(this.#bridge, a.host));
    else await ip('-n', b.namespaceName, ...command(DEVICE, a.host));
  }
}
