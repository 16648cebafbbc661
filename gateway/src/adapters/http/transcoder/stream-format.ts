import type { JsonValue } from '@bufbuild/protobuf';

/** How the messages of a server stream are written into one HTTP response. */
export interface StreamFormat {
  readonly contentType: string;
  message(json: JsonValue): string;
  error(json: JsonValue): string;
  /** Sent on a quiet connection to show that it is alive; absent if the format has nothing for that. */
  readonly heartbeat: string | undefined;
}

/** One JSON value a line; an error is the last line. https://github.com/ndjson/ndjson-spec */
const ndjson: StreamFormat = {
  contentType: 'application/x-ndjson',
  message: json => `${JSON.stringify(json)}\n`,
  error: json => `${JSON.stringify(json)}\n`,
  heartbeat: undefined,
};

/**
 * For `EventSource` in a browser, which comes back by itself with the last id.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
const serverSentEvents: StreamFormat = {
  contentType: 'text/event-stream',
  message: json => {
    const id = resumeTokenOf(json);
    const event = isReady(json) ? 'event: ready\n' : '';
    return `${event}${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(json)}\n\n`;
  },
  error: json => `event: error\ndata: ${JSON.stringify(json)}\n\n`,
  heartbeat: ':\n\n',
};

/** The first one unless the client asks for another. */
export const STREAM_FORMATS: readonly StreamFormat[] = [ndjson, serverSentEvents];

/** The format that the client asks for by `Accept`. */
export function chooseStreamFormat(accept: string | undefined): StreamFormat {
  return accept?.includes(serverSentEvents.contentType) ? serverSentEvents : ndjson;
}

/** Whether a message says that its stream has begun: an event of a type of its own. A convention of Vigie's protos. */
function isReady(json: JsonValue): boolean {
  return (json as { event?: JsonValue } | null)?.event === 'READY';
}

/** A message's `resume_token`, if it has one: a later stream can continue from it. A convention of Vigie's protos. */
function resumeTokenOf(json: JsonValue): string | undefined {
  const token = (json as { resumeToken?: JsonValue } | null)?.resumeToken;
  // A line break would begin another field of the event.
  return typeof token === 'string' && token !== '' && !/[\r\n\0]/.test(token) ? token : undefined;
}
