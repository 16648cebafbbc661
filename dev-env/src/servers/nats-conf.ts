export interface NatsConf {
  port: number;
  monitorPort: number;
  storeDir: string;
  maxFileStoreBytes: number;
}

/** The configuration of the mesh's own nats-server. An acknowledged message is on disk: `sync_interval: always`. */
export function natsConf({ port, monitorPort, storeDir, maxFileStoreBytes }: NatsConf): string {
  return `server_name: vigie
listen: "127.0.0.1:${port}"
http: "127.0.0.1:${monitorPort}"

jetstream {
  store_dir: ${JSON.stringify(storeDir)}
  max_file_store: ${maxFileStoreBytes}
  sync_interval: always
}
`;
}
