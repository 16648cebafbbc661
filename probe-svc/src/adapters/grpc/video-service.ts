import { identityOf } from '@vigie/access/wire';
import type { Failure, Media } from '@vigie/alert';
import { failureToProto, mediaToProto } from '@vigie/alert/wire';
import type { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import type { Slots } from '@vigie/service-kit/async';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import type { Logger } from '@vigie/service-kit/telemetry';
import { takeOrRefuse } from '../../application/overload.ts';
import type { ProbeChunks } from '../../application/probe-chunks.ts';
import type { ProbeVideo } from '../../application/probe-video.ts';
import { VideoUnreachableError } from '../../application/video-unreachable-error.ts';
import { readChunks } from './chunk-mapping.ts';
import { createGetPoster, type GetPosterParts, requireVideo } from './get-poster.ts';

export interface VideoServiceParts extends GetPosterParts {
  readonly probeVideo: ProbeVideo;
  readonly probeChunks: ProbeChunks;
  /** How many calls may be under way. */
  readonly calls: Slots;
  readonly logger: Logger;
}

export function createVideoService(parts: VideoServiceParts): ServiceImplementation<typeof VideoService> {
  const { probeVideo, probeChunks, tenantVideos, calls, logger } = parts;
  const getPoster = createGetPoster(parts);
  const admit = () => takeOrRefuse(calls, 'calls');

  return {
    async probeVideo({ video }, context) {
      requireVideo(identityOf(context), video, tenantVideos);
      using _ = admit();
      const { finding, diagnostics, ...effort } = await probeVideo(video, { signal: context.signal });
      logger.info({ video, ...summaryOf(finding), ...effort }, 'video probed');
      if (diagnostics.length > 0) logger.debug({ video, diagnostics }, 'what libav said');
      if (finding.kind === 'failure' && finding.failure.code === 'VIDEO_UNREACHABLE') {
        const { failure, retryAfterMs } = finding;
        throw new VideoUnreachableError(failure.message, retryAfterMs || undefined);
      }
      return { finding: toFinding(finding), effort: { attempts: 1, ...effort } };
    },

    async getPoster(request, context) {
      using _ = admit();
      return await getPoster(request, context);
    },

    async probeStream(requests, { signal }) {
      using _ = admit();
      const answer = await probeChunks(readChunks(requests), signal);
      logger.info(answer.kind === 'need' ? { missing: answer } : summaryOf(answer), 'stream probed');
      if (answer.kind !== 'need') return { finding: toFinding(answer) };
      const missing = { offset: BigInt(answer.offset), lengthBytes: BigInt(answer.lengthBytes) };
      return { finding: { case: 'missing', value: missing } };
    },
  };
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
