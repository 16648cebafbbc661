import { type TcpFault, TcpFaultProxy } from '@vigie/dev-env/faults';
import type { ServiceName } from '@vigie/dev-env/services';

/** The connections between parts that can be broken: by the service that opens them, the variable that leads them. */
const LINKS = {
  'gateway-to-ingest-svc': { from: 'gateway', variable: 'INGEST_ADDRESS' },
  'gateway-to-store-svc': { from: 'gateway', variable: 'STORE_ADDRESS' },
  'probe-svc-to-store-svc': { from: 'probe-svc', variable: 'STORE_ADDRESS' },
  'ingest-svc-to-nats': { from: 'ingest-svc', variable: 'NATS_URL' },
  'probe-svc-to-nats': { from: 'probe-svc', variable: 'NATS_URL' },
  'retention-svc-to-nats': { from: 'retention-svc', variable: 'NATS_URL' },
  'store-svc-to-nats': { from: 'store-svc', variable: 'NATS_URL' },
  'store-svc-to-postgres': { from: 'store-svc', variable: 'DATABASE_URL' },
} as const satisfies Record<string, { from: ServiceName; variable: string }>;

export type LinkName = keyof typeof LINKS;
export const LINK_NAMES = Object.keys(LINKS) as LinkName[];

/** As many proxies as a link may lead to replicas. */
const MAX_ENDS = 2;
const ADDRESS = /127\.0\.0\.1:(\d+)/g;

/** The links of a mesh, each by way of proxies that break it. */
export class Links implements AsyncDisposable {
  readonly #proxies: ReadonlyMap<LinkName, readonly TcpFaultProxy[]>;

  static async open(): Promise<Links> {
    const opened = LINK_NAMES.map(async name => [name, await openProxies()] as const);
    return new Links(new Map(await Promise.all(opened)));
  }

  private constructor(proxies: ReadonlyMap<LinkName, readonly TcpFaultProxy[]>) {
    this.#proxies = proxies;
  }

  /** The addresses that a service is given, those of its links replaced by their proxies'. */
  readdress(service: ServiceName, variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    const led = LINK_NAMES.filter(name => LINKS[name].from === service).map(name => {
      const { variable } = LINKS[name];
      const byProxy = variables[variable]?.replace(
        ADDRESS,
        (_, port) => `127.0.0.1:${this.#portTo(name, Number(port))}`,
      );
      return [variable, byProxy];
    });
    return { ...variables, ...Object.fromEntries(led) };
  }

  break(name: LinkName, fault: TcpFault): void {
    for (const proxy of this.#proxies.get(name) ?? []) proxy.fault = fault;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#proxies.values()].flat().map(proxy => proxy[Symbol.asyncDispose]()));
  }

  /** The replicas of a service share the proxies. */
  #portTo(name: LinkName, upstreamPort: number): number {
    const proxies = this.#proxies.get(name) ?? [];
    const proxy =
      proxies.find(known => known.upstreamPort === upstreamPort) ??
      proxies.find(({ upstreamPort }) => upstreamPort === undefined);
    if (proxy === undefined) throw new Error(`${name} leads to more than ${MAX_ENDS} addresses.`);
    proxy.upstreamPort = upstreamPort;
    return proxy.port;
  }
}

function openProxies(): Promise<TcpFaultProxy[]> {
  return Promise.all(Array.from({ length: MAX_ENDS }, () => TcpFaultProxy.start()));
}
