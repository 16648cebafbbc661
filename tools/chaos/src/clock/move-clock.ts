const RealDate = Date;
const realNow = Date.now;
let offsetMs = 0;

/** Makes real dates, so that `instanceof`, `structuredClone` and native code know them, those of before included. */
const MovedDate = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
});

/**
 * Sets the clock of this process.
 *
 * @param ms that `Date` is ahead of the machine's clock from now on, behind it where negative
 */
export function moveClock(ms: number): void {
  offsetMs = ms;
  RealDate.now = now;
  RealDate.prototype.constructor = MovedDate;
  globalThis.Date = MovedDate;
}

function now(): number {
  return realNow() + offsetMs;
}
