import type { Logger } from '@vigie/service-kit/telemetry';
import { errorJson } from '../error-json.ts';
import { describeError, sendError } from '../send.ts';
import { encodeJson } from '../transcoder/encode-response.ts';
import type { HttpBinding } from '../transcoder/http-binding.ts';
import type { StreamFormat } from '../transcoder/stream-format.ts';
import type { WatchFormat } from './watch-format.ts';

/** The formats of a route: NDJSON and server-sent events. */
export class RestWatchFormats {
  readonly #formats = new Map<StreamFormat, WatchFormat>();
  readonly #binding: HttpBinding;
  readonly #logger: Logger;

  constructor(binding: HttpBinding, logger: Logger) {
    this.#binding = binding;
    this.#logger = logger;
  }

  of(streamFormat: StreamFormat): WatchFormat {
    const known = this.#formats.get(streamFormat);
    if (known !== undefined) return known;
    const format = restWatchFormat(this.#binding, streamFormat, this.#logger);
    this.#formats.set(streamFormat, format);
    return format;
  }
}

/** An error before the first message is an answer of its own. */
function restWatchFormat(binding: HttpBinding, format: StreamFormat, logger: Logger): WatchFormat {
  return {
    head: { 'content-type': format.contentType, 'cache-control': 'no-store' },
    heartbeat: format.heartbeat === undefined ? 'progress' : Buffer.from(format.heartbeat),
    encode: message => Buffer.from(format.message(encodeJson(binding, message))),
    end(exchange, thrown) {
      const { response } = exchange;
      if (!response.headersSent) return sendError(exchange, thrown, logger);
      const { error, status } = describeError(exchange, thrown, logger);
      response.end(format.error(errorJson(error, status)));
    },
  };
}
