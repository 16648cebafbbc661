import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type OutgoingHttpHeaders,
  type Settings,
} from 'node:http2';
import { type Answer, grpcStatusName, resetName } from './answer.ts';

const UNANSWERED_AFTER_MS = 60_000;
/** More of an answer than any refusal has. */
const KEPT_BYTES = 64 * 1024;

export interface Http2Request {
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Uint8Array | undefined;
}

/** One HTTP/2 connection without TLS, whose calls never throw. */
export class Http2Client implements Disposable {
  readonly session: ClientHttp2Session;

  /** @param address `host:port` */
  static async open(address: string, settings: Settings = {}): Promise<Http2Client> {
    // A stranger's own client would refuse to send some of it.
    const session = connect(`http://${address}`, { maxSendHeaderBlockLength: 1024 * 1024, settings });
    session.on('error', () => undefined);
    // The first that a server sends (RFC 9113, section 3.4).
    await once(session, 'remoteSettings');
    return new Http2Client(session);
  }

  private constructor(session: ClientHttp2Session) {
    this.session = session;
  }

  get isOpen(): boolean {
    return !this.session.closed && !this.session.destroyed;
  }

  /** Opens a stream. @returns undefined if the connection is gone */
  open({ headers }: Http2Request): ClientHttp2Stream | undefined {
    try {
      const stream = this.session.request({ ':method': 'POST', ...headers }, { endStream: false });
      return stream.on('error', () => undefined);
    } catch {
      return undefined;
    }
  }

  async call(request: Http2Request): Promise<Answer> {
    const stream = this.open(request);
    if (stream === undefined) return closed('the connection is gone');
    stream.end(request.body);
    return readAnswer(stream);
  }

  [Symbol.dispose](): void {
    this.session.destroy();
  }
}

/** Reads until the stream ends. */
export function readAnswer(stream: ClientHttp2Stream): Promise<Answer> {
  let headers: Record<string, unknown> = {};
  let trailers: Record<string, unknown> = {};
  const chunks: Buffer[] = [];
  let keptBytes = 0;
  stream.once('response', received => {
    headers = received;
  });
  stream.once('trailers', received => {
    trailers = received;
  });
  stream.on('data', (chunk: Buffer) => {
    if (keptBytes < KEPT_BYTES) chunks.push(chunk);
    keptBytes += chunk.length;
  });
  return new Promise(resolve => {
    const timer = setTimeout(() => {
      resolve({ ending: 'unanswered', message: '', saysWhenToRetry: false });
      stream.destroy();
    }, UNANSWERED_AFTER_MS);
    stream.once('close', () => {
      clearTimeout(timer);
      const body = Buffer.concat(chunks).toString('latin1');
      resolve(answerOf({ headers, trailers: { ...headers, ...trailers }, body, resetCode: stream.rstCode }));
    });
  });
}

interface Received {
  readonly headers: Record<string, unknown>;
  readonly trailers: Record<string, unknown>;
  readonly body: string;
  readonly resetCode: number | undefined;
}

function answerOf({ headers, trailers, body, resetCode }: Received): Answer {
  // gRPC-Web carries its trailers in the body.
  const status = trailers['grpc-status'] ?? /grpc-status: ?(\d+)/i.exec(body)?.[1];
  const saysWhenToRetry =
    headers['retry-after'] !== undefined || /RetryInfo/.test(body) || hasRetryInfo(trailers['grpc-status-details-bin']);
  if (status !== undefined) {
    const message = String(trailers['grpc-message'] ?? /grpc-message: ?(.*)/i.exec(body)?.[1] ?? '');
    return { ending: grpcStatusName(Number(status)), message, saysWhenToRetry };
  }
  const httpStatus = headers[':status'];
  if (httpStatus !== undefined && (resetCode === 0 || resetCode === undefined)) {
    return { ending: Number(httpStatus) < 300 ? 'OK' : `HTTP ${httpStatus}`, message: body, saysWhenToRetry };
  }
  if (resetCode !== undefined && resetCode !== 0) {
    return { ending: `RST ${resetName(resetCode)}`, message: '', saysWhenToRetry };
  }
  return closed('the stream ended without an answer');
}

function hasRetryInfo(details: unknown): boolean {
  return details !== undefined && Buffer.from(String(details), 'base64').includes('google.rpc.RetryInfo');
}

function closed(message: string): Answer {
  return { ending: 'closed', message, saysWhenToRetry: false };
}
