/**
 * Waiting, and working on many things at once. Before you write a loop, a timer or an abort listener:
 *
 * | what you are about to write                                        | what does it                                        |
 * | ------------------------------------------------------------------ | --------------------------------------------------- |
 * | `while (true) { try … catch … delay }`                             | `retry`                                             |
 * | `Math.min(maxMs, baseMs * 2 ** attempt)`, random jitter            | `backoffDelayMs`, `backoffSpanMs`                   |
 * | deliveries counted against a limit, and the time since the first   | `isExhausted`                                       |
 * | `while (performance.now() < deadline) { look; delay }`             | `poll`                                              |
 * | `delay(ms, undefined, { signal }).catch(() => undefined)`          | `pause`                                             |
 * | `Promise.race` with a promise that an abort listener rejects       | `unlessAborted`                                     |
 * | `Promise.race` with a timer, and only whether it was in time counts | `settlesWithin`                                     |
 * | the same, with an answer or an error of its own                    | `pTimeout` of `p-timeout`                           |
 * | `addEventListener('abort', …)` and `removeEventListener`           | `using _ = addAbortListener(…)` of `node:events`    |
 * | a controller that a timer or the caller's signal aborts            | `Deadline`                                          |
 * | `performance.now()` to tell how slow others are                    | `processClock.startWatch`                           |
 * | `for await` over requests that must end when a signal aborts       | `untilAborted`                                      |
 * | a counter of free places and a list of who waits for one           | `Slots`                                             |
 * | the same, where those who ask for much must leave room for others   | `FairSlots`                                         |
 * | items sorted into a map, and a call for each of its entries         | `mapGroups`                                         |
 * | promises in an array, awaited from the front                       | `mapInOrder`                                        |
 * | a promise kept while it is pending, for others who ask the same    | `shareRunning`                                      |
 * | the last answer, for others who ask the same soon                  | `reuseRecent`                                       |
 * | items gathered for one call                                        | `Batcher`                                           |
 * | something that is done again and again until the service stops     | `PassLoop`                                          |
 */
export { type Backoff, backoffDelayMs, backoffSpanMs } from './backoff.ts';
export { Batcher } from './batcher.ts';
export { Deadline } from './deadline.ts';
export { FairSlots } from './fair-slots.ts';
export { mapGroups } from './map-groups.ts';
export { mapInOrder } from './map-in-order.ts';
export { PassLoop } from './pass-loop.ts';
export { pause } from './pause.ts';
export { poll } from './poll.ts';
export { processClock, type Stopwatch } from './process-clock.ts';
export { type Retry, type RetryOptions, retry } from './retry.ts';
export { isExhausted, type RetrySchedule, scheduleSpanMs } from './retry-schedule.ts';
export { reuseRecent } from './reuse-recent.ts';
export { settlesWithin } from './settles-within.ts';
export { shareRunning } from './share-running.ts';
export { Slots } from './slots.ts';
export { unlessAborted } from './unless-aborted.ts';
export { type CutIterable, untilAborted } from './until-aborted.ts';
