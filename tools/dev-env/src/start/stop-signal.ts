// npm passes Ctrl-C on to a process that already got it from the terminal.
const ECHO_MS = 500;

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Why the mesh is ended: a person at the terminal or whoever runs us. */
export class StopAsked extends Error {
  override readonly name = 'StopAsked';
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`asked to stop by ${signal}`);
    this.signal = signal;
  }
}

/** Aborted by the first signal to stop; `onInsist` is called for each later one. */
export function listenForStop(onInsist: () => void): AbortSignal {
  const controller = new AbortController();
  let askedAt = 0;
  for (const signal of STOP_SIGNALS) {
    process.on(signal, () => {
      if (!controller.signal.aborted) {
        askedAt = performance.now();
        controller.abort(new StopAsked(signal));
      } else if (performance.now() - askedAt > ECHO_MS) onInsist();
    });
  }
  return controller.signal;
}
