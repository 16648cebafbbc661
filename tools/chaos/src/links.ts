import { type TcpFault, TcpFaultProxy } from '@vigie/dev-env/faults';
import { SERVICES, type ServiceName } from '@vigie/dev-env/services';

/** A connection that a service opens to another part of the mesh, by the variable in which it is given the address. */
interface Link {
  readonly name: string;
  readonly from: ServiceName;
  readonly variable: string;
}

/** Migrations are over before chaos begins, and the video server has a proxy of its own (`lying-video-proxy.ts`). */
const WITHOUT_LINK = ['postgres-owner', 'videos'];

/** The connections that can be broken: those that the services declare. */
const LINKS: readonly Link[] = SERVICES.flatMap(({ name: from, dependsOn }) =>
  Object.entries(dependsOn)
    .filter(([, to]) => !WITHOUT_LINK.includes(to))
    .map(([variable, to]) => ({ name: `${from}-to-${to}`, from, variable })),
);

export type LinkName = string;
export const LINK_NAMES: readonly LinkName[] = LINKS.map(({ name }) => name);

/** The number of proxies of a link: it may lead to this many replicas of a service, or servers. */
const MAX_ENDS = 3;
const ADDRESS = /(\d+\.\d+\.\d+\.\d+):(\d+)/g;

/** The links of a mesh, each through proxies that can break it. */
export class Links implements AsyncDisposable {
  readonly #proxies: ReadonlyMap<LinkName, readonly TcpFaultProxy[]>;

  static async open(): Promise<Links> {
    const opened = LINK_NAMES.map(async name => [name, await openProxies()] as const);
    return new Links(new Map(await Promise.all(opened)));
  }

  private constructor(proxies: ReadonlyMap<LinkName, readonly TcpFaultProxy[]>) {
    this.#proxies = proxies;
  }

  /** The addresses that a service is given, with those of its links replaced by the addresses of the proxies. */
  readdress(service: ServiceName, variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    const led = LINKS.filter(({ from }) => from === service).map(({ name, variable }) => {
      const byProxy = variables[variable]?.replace(
        ADDRESS,
        (_, host, port) => `127.0.0.1:${this.#portTo(name, host, Number(port))}`,
      );
      return [variable, byProxy];
    });
    return { ...variables, ...Object.fromEntries(led) };
  }

  /** @param address of the one end to which the link is to be broken; by default it is to all */
  break(name: LinkName, fault: TcpFault, address?: string): void {
    for (const proxy of this.#proxies.get(name) ?? []) {
      if (address === undefined || address === addressOf(proxy)) proxy.fault = fault;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#proxies.values()].flat().map(proxy => proxy[Symbol.asyncDispose]()));
  }

  /** The replicas of a service share the proxies. */
  #portTo(name: LinkName, host: string, port: number): number {
    const proxies = this.#proxies.get(name) ?? [];
    const proxy =
      proxies.find(known => addressOf(known) === `${host}:${port}`) ??
      proxies.find(({ upstreamPort }) => upstreamPort === undefined);
    if (proxy === undefined) throw new Error(`${name} leads to more than ${MAX_ENDS} addresses.`);
    proxy.upstreamHost = host;
    proxy.upstreamPort = port;
    return proxy.port;
  }
}

function addressOf({ upstreamHost, upstreamPort }: TcpFaultProxy): string {
  return `${upstreamHost}:${upstreamPort}`;
}

function openProxies(): Promise<TcpFaultProxy[]> {
  return Promise.all(Array.from({ length: MAX_ENDS }, () => TcpFaultProxy.start()));
}
