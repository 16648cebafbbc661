import { isOfStores } from '@vigie/access';
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
 * @param stores alerts of others are none to the caller; undefined for all of them
 * @throws UnknownAlertError, AlertDirectoryError
 */
export type MakeAlertPoster = (
  uid: string,
  maxSidePixels: number,
  signal?: AbortSignal,
  stores?: readonly string[],
) => Promise<PosterReport>;

/** As its outcome says; nothing is read for it. */
const CRASHES_DECODER: PosterReport = {
  finding: { kind: 'failure', failure: { code: 'DECODER_CRASHED', message: 'the video kills the decoder' } },
  diagnostics: [],
  bytesRead: 0,
  requests: 0,
  elapsedMs: 0,
};

export function createMakeAlertPoster(alerts: AlertDirectory, makePoster: MakePoster): MakeAlertPoster {
  return async (uid, maxSidePixels, signal, stores) => {
    const alert = await alerts.find(uid, signal);
    if (alert === undefined || !isOfStores(alert.store, stores)) throw new UnknownAlertError(uid);
    return alert.crashesDecoder ? CRASHES_DECODER : makePoster(alert.video, maxSidePixels, signal);
  };
}
