/** What a process has in memory right after a garbage collection, in bytes. */
export interface CollectedMemory {
  /** JavaScript objects, Node's for each HTTP/2 stream among them. */
  readonly heap: number;
  /** What V8 knows of beyond its heap: buffers, and nghttp2's own memory. */
  readonly external: number;
  /** Resident pages, with free memory that the process has not given back, without what the kernel has for sockets. */
  readonly rss: number;
}

/** Of several collections the last sees what the finalizers of those before have freed. */
const COLLECTIONS = 3;

/** Collects the garbage of a process that was started with `--inspect`, and measures what is left. */
export async function measureCollected(inspectorPort: number): Promise<CollectedMemory> {
  using inspector = await Inspector.connect(inspectorPort);
  for (let count = 0; count < COLLECTIONS; count++) await inspector.ask('HeapProfiler.collectGarbage');
  const { result } = (await inspector.ask('Runtime.evaluate', {
    expression: 'process.memoryUsage()',
    returnByValue: true,
  })) as { result: { value: NodeJS.MemoryUsage } };
  const { heapUsed: heap, external, rss } = result.value;
  return { heap, external, rss };
}

/** https://chromedevtools.github.io/devtools-protocol/v8/ */
class Inspector implements Disposable {
  readonly #socket: WebSocket;
  readonly #replies = new Map<number, (result: unknown) => void>();
  #asked = 0;

  static async connect(port: number): Promise<Inspector> {
    const [target] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as [
      { webSocketDebuggerUrl: string },
    ];
    const socket = new WebSocket(target.webSocketDebuggerUrl);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error(`no inspector answers on port ${port}`));
    });
    return new Inspector(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const { id, result } = JSON.parse(String(data)) as { id?: number; result: unknown };
      if (id !== undefined) this.#replies.get(id)?.(result);
    };
  }

  ask(method: string, params: object = {}): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const id = ++this.#asked;
    this.#replies.set(id, resolve);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return promise;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}
