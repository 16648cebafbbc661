import type { Exchange } from './exchange.ts';

/** Does `work` once a call is over: when its response is, or what goes on after that. */
export function onceOver(exchange: Exchange, work: () => void): void {
  exchange.response.on('close', () => {
    if (exchange.attempt === undefined) work();
    else void exchange.attempt.ended.promise.then(work);
  });
}
