import type { Failure, Media } from '@vigie/alert';
import { findVideoFault, InvalidAlertError } from '@vigie/alert';
import { failureToProto, mediaToProto } from '@vigie/alert/wire';
import type { ProbeService } from '@vigie/proto/vigie/probe/v1/probe_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { ProbeChunks } from '../../application/probe-chunks.ts';
import type { ProbeVideo } from '../../application/probe-video.ts';
import { HeaderBudgetExceededError } from '../../domain/header-budget.ts';
import type { HeaderAnswer } from '../../ports/header-probe.ts';
import { VideoSourceError } from '../../ports/video-source.ts';
import { readChunks } from './chunk-mapping.ts';
import { createGetPoster, type GetPosterParts } from './get-poster.ts';

export interface ProbeServiceParts extends GetPosterParts {
  readonly probeVideo: ProbeVideo;
  readonly probeChunks: ProbeChunks;
  readonly logger: Logger;
}

export function createProbeService(parts: ProbeServiceParts): ServiceImplementation<typeof ProbeService> {
  const { probeVideo, probeChunks, logger } = parts;

  return {
    async probeVideo({ video }, { signal }) {
      requireVideo(video);
      const { finding, diagnostics, ...effort } = await probeVideo(video, signal);
      logger.info({ video, ...summaryOf(finding), ...effort }, 'video probed');
      if (diagnostics.length > 0) logger.debug({ video, diagnostics }, 'what libav said');
      if (finding.kind === 'failure' && finding.failure.code === 'VIDEO_UNREACHABLE') {
        const { failure, retryAfterMs } = finding;
        throw new VideoSourceError('VIDEO_UNREACHABLE', failure.message, { ...(retryAfterMs && { retryAfterMs }) });
      }
      return { finding: toFinding(finding), effort: { attempts: 1, ...effort } };
    },

    getPoster: createGetPoster(parts),

    async probeStream(requests, { signal }) {
      const answer = await probeChunks(readChunks(requests), signal).catch(toAnswer);
      logger.info(answer.kind === 'need' ? { missing: answer } : summaryOf(answer), 'stream probed');
      if (answer.kind !== 'need') return { finding: toFinding(answer) };
      const missing = { offset: BigInt(answer.offset), lengthBytes: BigInt(answer.lengthBytes) };
      return { finding: { case: 'missing', value: missing } };
    },
  };
}

function requireVideo(video: string): void {
  const description = findVideoFault(video);
  if (description !== undefined) throw new InvalidAlertError([{ field: 'video', description }]);
}

type Known =
  | { readonly kind: 'media'; readonly media: Media }
  | { readonly kind: 'failure'; readonly failure: Failure };

function toFinding(known: Known) {
  return known.kind === 'media'
    ? ({ case: 'media', value: mediaToProto(known.media) } as const)
    : ({ case: 'failure', value: failureToProto(known.failure) } as const);
}

function summaryOf(known: Known): object {
  return known.kind === 'media' ? { codec: known.media.video.codec } : { failureCode: known.failure.code };
}

function toAnswer(error: unknown): HeaderAnswer {
  if (!(error instanceof HeaderBudgetExceededError)) throw error;
  return { kind: 'failure', failure: { code: error.reason, message: error.message }, diagnostics: [] };
}
