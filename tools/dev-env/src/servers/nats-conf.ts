import { replaceDirective } from './replace-directive.ts';

export interface NatsPlace {
  host: string;
  port: number;
  monitorPort: number;
  storeDir: string;
}

/**
 * The repository's nats.conf, which is written for the container, with ports and folder of this machine. Durability and
 * permissions must not differ between the two.
 * @throws DevEnvError if a directive to change is no longer in it
 */
export function moveNatsConf(conf: string, { host, port, monitorPort, storeDir }: NatsPlace): string {
  return move('docker/nats.conf', conf, [
    [/^port: .*$/m, `listen: "${host}:${port}"`],
    [/^http_port: .*$/m, `http: "${host}:${monitorPort}"`],
    [/^( *)store_dir: .*$/m, `$1store_dir: ${JSON.stringify(storeDir)}`],
  ]);
}

/**
 * The same for nats-cluster.conf. Clients don't learn from a server where the others are, so that they go through what
 * is put between.
 */
export function moveNatsClusterConf(conf: string, { host, routePort }: { host: string; routePort: number }): string {
  const listen = `$1listen: "${host}:${routePort}"\n$1no_advertise: true`;
  return move('docker/nats-cluster.conf', conf, [[/^( *)port: .*$/m, listen]]);
}

function move(file: string, conf: string, directives: [pattern: RegExp, moved: string][]): string {
  return directives.reduce((text, [pattern, moved]) => replaceDirective(file, text, pattern, moved), conf);
}
