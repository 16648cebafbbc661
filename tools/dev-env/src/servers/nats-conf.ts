import { replaceDirective } from './replace-directive.ts';

export interface NatsPlace {
  port: number;
  monitorPort: number;
  storeDir: string;
}

/**
 * The repository's nats.conf, which is written for the container, with ports and folder of this machine. Durability and
 * permissions must not differ between the two.
 * @throws DevEnvError if a directive to change is no longer in it
 */
export function moveNatsConf(conf: string, { port, monitorPort, storeDir }: NatsPlace): string {
  return move('docker/nats.conf', conf, [
    [/^port: .*$/m, `listen: "127.0.0.1:${port}"`],
    [/^http_port: .*$/m, `http: "127.0.0.1:${monitorPort}"`],
    [/^( *)store_dir: .*$/m, `$1store_dir: ${JSON.stringify(storeDir)}`],
  ]);
}

/** The same for nats-cluster.conf. */
export function moveNatsClusterConf(conf: string, routePort: number): string {
  return move('docker/nats-cluster.conf', conf, [[/^( *)port: .*$/m, `$1listen: "127.0.0.1:${routePort}"`]]);
}

function move(file: string, conf: string, directives: [pattern: RegExp, moved: string][]): string {
  return directives.reduce((text, [pattern, moved]) => replaceDirective(file, text, pattern, moved), conf);
}
