export { serviceTlsVariables, writeServiceCertificates } from '../certificates/write-certificates.ts';
export { isLiving, waitUntilGone } from '../processes/living-process.ts';
export { collectGarbage } from './collect-garbage.ts';
export {
  asShown,
  GENERATED_ALERTS,
  GENERATED_ALERTS_SEED,
  type GeneratedAlert,
  generateAlerts,
} from './generated-alerts.ts';
export { mailedToken } from './mailed-token.ts';
export { type OpenJetStream, openJetStream } from './open-jetstream.ts';
export { publishRaw } from './publish-raw.ts';
export { makeCertificates, type ScratchCertificates } from './scratch-certificates.ts';
export { type ScratchNats, scratchNats, startScratchNats } from './scratch-nats.ts';
export { startScratchNatsCluster } from './scratch-nats-cluster.ts';
export { scratchPostgres } from './scratch-postgres.ts';
export { shortestRunMs } from './shortest-run.ts';
export { SmallDisk } from './small-disk.ts';
export { STAND_IN_SERVICE } from './stand-in-path.ts';
export { temporaryDir } from './temporary-dir.ts';
export { waitFor } from './wait-for.ts';
