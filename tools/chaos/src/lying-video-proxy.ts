import { request as forward, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { LyingVideoServer, type SeenRequest, sendRange } from '@vigie/media-source/testing';

/** What a video server may do wrong while it answers. */
export type VideoLie = 'slow' | keyof typeof LIES;

type Lie = (request: SeenRequest, response: ServerResponse, file: Uint8Array) => void;

/** The answer names another range than the one that was requested. */
const OFF_BY_BYTES = 1_000;

const LIES = {
  'wrong-range': (request, response, file) => {
    const [first, last] = [request.begin + OFF_BY_BYTES, request.end + OFF_BY_BYTES];
    sendRange(request, response, file, { 'content-range': `bytes ${first}-${last}/${last + 1}` });
  },
  'cut-body': ({ begin, end }, response, file) => {
    const part = file.subarray(begin, end + 1);
    const contentRange = `bytes ${begin}-${begin + part.length - 1}/${file.length}`;
    response.writeHead(206, { 'content-range': contentRange, 'content-length': part.length });
    response.write(part.subarray(0, part.length / 2), () => response.destroy());
  },
  'ignores-ranges': (_, response, file) => {
    response.writeHead(200, { 'content-length': file.length }).end(file);
  },
  errors: (_, response) => {
    response.writeHead(500).end('out of order');
  },
  'changing-etag': (request, response, file) => {
    sendRange(request, response, file, { etag: `"${Math.random()}"` });
  },
} as const satisfies Record<string, Lie>;

/** Shorter than the timeout of a read; two such reads are shorter than the timeout of a probe. */
const SLOW_MS = 1_500;
/** One of this many requests gets no answer at all while the server is slow. */
const STUCK_EVERY = 4;

/** A proxy between probe-svc and nginx that gives wrong answers on demand. */
export class LyingVideoProxy implements AsyncDisposable {
  lie: VideoLie | undefined;
  /** nginx's address; answers are errors before it is known. */
  origin = '';
  readonly #server: LyingVideoServer;
  readonly #brokenPath: string;
  #dawdled = 0;
  readonly #files = new Map<string, Promise<Uint8Array | undefined>>();

  /** @param brokenPath a video for which it answers 500 for ever */
  static async start(brokenPath: string): Promise<LyingVideoProxy> {
    return new LyingVideoProxy(await LyingVideoServer.start(), brokenPath);
  }

  private constructor(server: LyingVideoServer, brokenPath: string) {
    this.#server = server;
    this.#brokenPath = brokenPath;
    server.behave = (request, response) => {
      // So that memory stays bounded in a run of hours.
      server.requests.length = 0;
      this.#answer(request, response).catch(() => response.destroy());
    };
  }

  get url(): string {
    return this.#server.url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  async #answer(request: SeenRequest, response: ServerResponse): Promise<void> {
    const { lie } = this;
    if (request.path === this.#brokenPath) LIES.errors(request, response);
    else if (lie === undefined) await this.#forward(request, response);
    else if (lie === 'slow') await this.#dawdle(request, response);
    else await this.#answerWith(LIES[lie], request, response);
  }

  async #dawdle(request: SeenRequest, response: ServerResponse): Promise<void> {
    if (++this.#dawdled % STUCK_EVERY === 0) return;
    await new Promise(resolve => setTimeout(resolve, SLOW_MS));
    await this.#forward(request, response);
  }

  async #answerWith(lie: Lie, request: SeenRequest, response: ServerResponse): Promise<void> {
    const file = await this.#fileAt(request.path);
    if (file === undefined) response.writeHead(404).end();
    else lie(request, response, file);
  }

  #forward({ path, headers }: SeenRequest, response: ServerResponse): Promise<void> {
    return new Promise((resolve, reject) => {
      forward(this.origin + path, { headers }, answer => {
        response.writeHead(answer.statusCode as number, answer.headers);
        pipeline(answer, response).then(resolve, reject);
      })
        .on('error', reject)
        .end();
    });
  }

  /** From nginx. @returns undefined if nginx does not have the file */
  #fileAt(path: string): Promise<Uint8Array | undefined> {
    const known = this.#files.get(path) ?? this.#read(path);
    this.#files.set(path, known);
    known.catch(() => this.#files.delete(path));
    return known;
  }

  async #read(path: string): Promise<Uint8Array | undefined> {
    const answer = await fetch(this.origin + path);
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new Error(`nginx answers ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  }
}
