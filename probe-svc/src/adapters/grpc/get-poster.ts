import { type Identity, requireAllStores, type TenantVideos } from '@vigie/access';
import { identityOf } from '@vigie/access/wire';
import type { GetPosterRequest, VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { MakeAlertPoster } from '../../application/make-alert-poster.ts';
import type { MakePoster, PosterFinding, PosterReport } from '../../application/make-poster.ts';
import { VideoUnreachableError } from '../../application/video-unreachable-error.ts';
import type { PosterFailure, PosterFailureCode } from '../../ports/poster-maker.ts';
import type { PosterMetrics } from './poster-metrics.ts';

export interface GetPosterParts {
  readonly makePoster: MakePoster;
  readonly makeAlertPoster: MakeAlertPoster;
  readonly tenantVideos: TenantVideos;
  readonly metrics: PosterMetrics;
  readonly logger: Logger;
}

/** The video has no picture that could be shown. */
export class NoPosterError extends Error {
  override readonly name = 'NoPosterError';
  readonly reason: PosterFailureCode;

  constructor({ code, message }: PosterFailure) {
    super(`There is no picture of the video: ${message}.`);
    this.reason = code;
  }
}

const DEFAULT_MAX_SIDE_PIXELS = 640;

type GetPoster = ServiceImplementation<typeof VideoService>['getPoster'];

export function createGetPoster(parts: GetPosterParts): GetPoster {
  const { makePoster, makeAlertPoster, tenantVideos, metrics, logger } = parts;
  return async (request, context) => {
    const { signal } = context;
    const identity = identityOf(context);
    const { source, maxSidePixels } = readRequest(request);
    if (source.kind === 'video') requireVideo(identity, source.video, tenantVideos);
    const report =
      source.kind === 'alert'
        ? await makeAlertPoster(source.uid, identity, maxSidePixels, signal)
        : await makePoster(source.video, maxSidePixels, signal);
    note(source, report);
    return { contentType: 'image/jpeg', data: jpegOf(report.finding) };
  };

  function note({ kind: _, ...source }: PosterSource, { finding, diagnostics, ...effort }: PosterReport): void {
    metrics.count(finding.kind === 'poster' ? 'ok' : finding.failure.code, effort.elapsedMs / 1_000);
    logger.info({ ...source, ...summaryOf(finding), ...effort }, 'poster made');
    if (diagnostics.length > 0) logger.debug({ ...source, diagnostics }, 'what libav said');
  }
}

/** @throws AccessError */
export function requireVideo(identity: Identity, video: string, tenantVideos: TenantVideos): void {
  requireAllStores(identity);
  tenantVideos.require(identity, video);
}

type PosterSource =
  | { readonly kind: 'video'; readonly video: string }
  | { readonly kind: 'alert'; readonly uid: string };

function readRequest({ source, maxSide }: GetPosterRequest): { source: PosterSource; maxSidePixels: number } {
  const maxSidePixels = maxSide === 0 ? DEFAULT_MAX_SIDE_PIXELS : maxSide;
  switch (source.case) {
    case 'uid':
      return { source: { kind: 'alert', uid: source.value }, maxSidePixels };
    case 'video':
      return { source: { kind: 'video', video: source.value }, maxSidePixels };
    default:
      throw new Error('a request without a source was let through');
  }
}

function summaryOf(finding: PosterFinding): object {
  if (finding.kind === 'failure') return { failureCode: finding.failure.code };
  const { width, height, jpeg } = finding.poster;
  return { width, height, jpegBytes: jpeg.length };
}

/** @throws VideoUnreachableError, NoPosterError */
function jpegOf(finding: PosterFinding): Uint8Array {
  if (finding.kind === 'poster') return finding.poster.jpeg;
  const { failure, retryAfterMs } = finding;
  if (failure.code === 'VIDEO_UNREACHABLE') {
    throw new VideoUnreachableError(failure.message, retryAfterMs || undefined);
  }
  throw new NoPosterError(failure);
}
