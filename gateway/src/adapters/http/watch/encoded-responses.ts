import { create } from '@bufbuild/protobuf';
import type { FeedEvent, FeedPosition } from '@vigie/outcome-feed';
import { encodeResumeToken } from '@vigie/outcome-feed/wire';
import {
  type WatchAlertsResponse,
  WatchAlertsResponse_Event,
  WatchAlertsResponseSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import type { WatchFormat } from './watch-format.ts';

type Frames = Map<WatchFormat, Buffer>;

/** Encodes each event once a format, however many watches it goes to. */
export class EncodedResponses {
  /** As long as the feed keeps the event, or its position. */
  readonly #frames = new WeakMap<WatchAlertsResponse | FeedPosition, Frames>();

  frame({ outcome, position }: FeedEvent<WatchAlertsResponse>, format: WatchFormat): Buffer {
    const frames = this.#framesOf(outcome?.value ?? position);
    const known = frames.get(format);
    if (known !== undefined) return known;
    const frame = format.encode(outcome?.value ?? tokenAlone(position, WatchAlertsResponse_Event.PROGRESS));
    frames.set(format, frame);
    return frame;
  }

  /** The frame that a watch begins with; each has one of its own, so it isn't kept. */
  readyFrame(position: FeedPosition, format: WatchFormat): Buffer {
    return format.encode(tokenAlone(position, WatchAlertsResponse_Event.READY));
  }

  #framesOf(key: WatchAlertsResponse | FeedPosition): Frames {
    const known = this.#frames.get(key);
    if (known !== undefined) return known;
    const frames: Frames = new Map();
    this.#frames.set(key, frames);
    return frames;
  }
}

function tokenAlone(position: FeedPosition, event: WatchAlertsResponse_Event): WatchAlertsResponse {
  return create(WatchAlertsResponseSchema, { resumeToken: encodeResumeToken(position), event });
}
