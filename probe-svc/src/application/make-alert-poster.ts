import { type Identity, isOfStores, type TenantVideos } from '@vigie/access';
import type { AlertDirectory } from '../ports/alert-directory.ts';
import type { MakePoster, PosterReport } from './make-poster.ts';

export class UnknownAlertError extends Error {
  override readonly name = 'UnknownAlertError';
  readonly reason = 'ALERT_NOT_FOUND';
  readonly uid: string;

  constructor(uid: string) {
    super(`There is no alert ${uid}.`);
    this.uid = uid;
  }
}

/**
 * Makes the poster of an alert's video. Rejects with the signal's reason on abort.
 *
 * @param caller whose alert it has to be: those of others are none to it
 * @throws UnknownAlertError, AlertDirectoryError, AccessError
 */
export type MakeAlertPoster = (
  uid: string,
  caller: Pick<Identity, 'tenant' | 'stores'>,
  maxSidePixels: number,
  signal?: AbortSignal,
) => Promise<PosterReport>;

/** As its outcome says; nothing is read for it. */
const CRASHES_DECODER: PosterReport = {
  finding: { kind: 'failure', failure: { code: 'DECODER_CRASHED', message: 'the video kills the decoder' } },
  diagnostics: [],
  bytesRead: 0,
  requests: 0,
  elapsedMs: 0,
};

export function createMakeAlertPoster(
  alerts: AlertDirectory,
  makePoster: MakePoster,
  tenantVideos: Pick<TenantVideos, 'require'>,
): MakeAlertPoster {
  return async (uid, { tenant, stores }, maxSidePixels, signal) => {
    const alert = await alerts.find({ tenant, uid }, signal);
    if (alert === undefined || !isOfStores(alert.store, stores)) throw new UnknownAlertError(uid);
    tenantVideos.require({ tenant }, alert.video);
    return alert.crashesDecoder ? CRASHES_DECODER : makePoster(alert.video, maxSidePixels, signal);
  };
}
