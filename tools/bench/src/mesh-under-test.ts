import { Mesh, type MeshOptions } from '@vigie/dev-env';
import { SERVICE_NAMES, type ServiceName } from '@vigie/dev-env/services';
import { readStartConfig } from '@vigie/dev-env/start';
import { type MeshPorts, portsOf } from '@vigie/dev-env/tcp-ports';

/** Where the parts of the mesh answer that the bench drives and measures. */
export interface MeshUnderTest extends AsyncDisposable {
  readonly gatewayUrl: string;
  readonly ingestAddress: string;
  readonly storeAddress: string;
  /** `/metrics` of each service. */
  readonly metricsUrls: Readonly<Record<ServiceName, string>>;
  /** nats-server's own monitoring. */
  readonly natsMonitorUrl: string;
}

export interface OwnMesh extends MeshUnderTest {
  /** Of its services and servers; their children are not named. */
  readonly pids: readonly number[];
  /** An API key that may do everything. */
  readonly adminKey: string;
  /** @param name of a service, or `nats` */
  pidOf(name: string): number;
  /** Stops a service where it is, until the result is disposed of. */
  freeze(name: ServiceName): Disposable;
}

/** The mesh that `npm start` runs on this machine, or else one that lives as long as the bench. */
export async function findMesh(say: (line: string) => void): Promise<MeshUnderTest> {
  const { ports } = readStartConfig(process.env);
  const running = await fetch(`http://127.0.0.1:${portsOf(ports, 'gateway').healthPort}/readyz`).catch(() => undefined);
  if (running?.ok) {
    say('Driving the mesh that runs on this machine.');
    return { ...placesOf(ports), [Symbol.asyncDispose]: async () => {} };
  }
  say('No mesh runs on this machine: booting one for the bench.');
  return bootMesh();
}

/** A mesh that lives as long as the bench. */
export async function bootMesh(options: MeshOptions = {}): Promise<OwnMesh> {
  const mesh = await Mesh.boot({ ports: 'free', ...options });
  return {
    ...placesOf(mesh.ports),
    pids: mesh.processes.map(({ pid }) => pid).filter(pid => pid !== undefined),
    adminKey: mesh.access.adminKey,
    pidOf: name => mesh.processes.find(process => process.name === name)?.pid as number,
    freeze: name => {
      const service = mesh.service(name);
      service.kill('SIGSTOP');
      return { [Symbol.dispose]: () => service.kill('SIGCONT') };
    },
    [Symbol.asyncDispose]: () => mesh.stop(),
  };
}

function placesOf(ports: MeshPorts): Omit<MeshUnderTest, typeof Symbol.asyncDispose> {
  const metricsUrls = SERVICE_NAMES.map(name => {
    return [name, `http://127.0.0.1:${portsOf(ports, name).healthPort}/metrics`] as const;
  });
  return {
    gatewayUrl: `http://127.0.0.1:${portsOf(ports, 'gateway').port}`,
    ingestAddress: `127.0.0.1:${portsOf(ports, 'ingest-svc').port}`,
    storeAddress: `127.0.0.1:${portsOf(ports, 'store-svc').port}`,
    metricsUrls: Object.fromEntries(metricsUrls),
    natsMonitorUrl: `http://127.0.0.1:${ports.natsMonitor}`,
  };
}
