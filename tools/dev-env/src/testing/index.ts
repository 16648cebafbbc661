export { isLiving, waitUntilGone } from './living-process.ts';
export { publishRaw } from './publish-raw.ts';
export { type ScratchNats, scratchNats, startScratchNats } from './scratch-nats.ts';
export { startScratchNatsCluster } from './scratch-nats-cluster.ts';
export { scratchPostgres } from './scratch-postgres.ts';
export { SmallDisk } from './small-disk.ts';
export { STAND_IN_SERVICE } from './stand-in-path.ts';
export { temporaryDir } from './temporary-dir.ts';
export { waitFor } from './wait-for.ts';
