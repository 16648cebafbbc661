import { addAbortListener } from 'node:events';
import { Code, type ConnectError } from '@connectrpc/connect';
import { processClock, type Stopwatch } from '../async/process-clock.ts';
import { rpcError } from '../grpc/rpc-error.ts';

export interface AdmissionLimits {
  /** Calls in flight in this process. */
  readonly maxCalls: number;
  /** Of these, calls of one caller. */
  readonly maxCallsPerCaller: number;
  /** Bytes that all calls in flight have in hand: what was read of a request and what it was decoded into. */
  readonly maxBytes: number;
  /** Of these, bytes of the calls of one caller. */
  readonly maxBytesPerCaller: number;
  /** The first bytes of each call, which are not counted: so large requests never keep small ones out. */
  readonly freeBytesPerCall: number;
}

/** A call in flight. Disposing of it ends the call and gives back all of its bytes. */
export interface AdmittedCall extends Disposable {
  /** What it has in hand. */
  readonly bytes: number;
  /**
   * Counts bytes before they are read.
   *
   * @throws ConnectError RESOURCE_EXHAUSTED if that many are not free; nothing is counted then
   */
  takeBytes(bytes: number): void;
  /** Like `takeBytes`, but waits until so many are free. Rejects with the signal's reason if that aborts first. */
  takeBytesWhenFree(bytes: number, signal: AbortSignal): Promise<void>;
  giveBackBytes(bytes: number): void;
  /**
   * For as long as the call only waits for its caller, or for room: if there is no room for a new call otherwise, it is
   * over then. Callers that are slow on purpose would keep all others out else. A call may wait for several things at
   * once.
   *
   * @param onOver is given the error for its caller
   * @returns dispose of it when the call goes on; it ends with the call too
   */
  giveWay(onOver: (error: ConnectError) => void): Disposable;
}

interface Caller {
  readonly name: string;
  calls: number;
  /** Without those that are not counted. */
  bytes: number;
}

/** Where the calls of an admission are counted. */
interface Ledger {
  take(call: Call, bytes: number): void;
  takeWhenFree(call: Call, bytes: number, signal: AbortSignal): Promise<void>;
  giveBack(call: Call, bytes: number): void;
  giveWay(call: Call, onOver: (error: ConnectError) => void): Disposable;
  end(call: Call): void;
}

/** Small: there may be ten thousand watches. */
class Call implements AdmittedCall {
  readonly caller: Caller;
  bytes = 0;
  isOver = false;
  /** What it waits for now. */
  waits: Set<Yielding> | undefined;
  readonly #ledger: Ledger;

  constructor(ledger: Ledger, caller: Caller) {
    this.#ledger = ledger;
    this.caller = caller;
  }

  takeBytes(bytes: number): void {
    this.#ledger.take(this, bytes);
  }

  takeBytesWhenFree(bytes: number, signal: AbortSignal): Promise<void> {
    return this.#ledger.takeWhenFree(this, bytes, signal);
  }

  giveBackBytes(bytes: number): void {
    this.#ledger.giveBack(this, Math.min(bytes, this.bytes));
  }

  giveWay(onOver: (error: ConnectError) => void): Disposable {
    return this.#ledger.giveWay(this, onOver);
  }

  [Symbol.dispose](): void {
    this.#ledger.end(this);
  }
}

interface Yielding {
  readonly call: Call;
  readonly watch: Stopwatch;
  readonly onOver: (error: ConnectError) => void;
}

interface Waiter {
  readonly call: Call;
  readonly bytes: number;
  readonly grant: () => void;
}

/** Soon: most calls take milliseconds. */
const RETRY_DELAY_MS = 1_000;
/** Who waits no longer than that for its caller gives no way: a burst of calls is no overload by slow ones. */
const MIN_WAIT_MS = 1_000;

export type AdmissionBound = Exclude<keyof AdmissionLimits, 'freeBytesPerCall'>;

const DESCRIPTIONS: Readonly<Record<AdmissionBound, string>> = {
  maxCalls: 'calls are answered',
  maxCallsPerCaller: 'calls of one caller are answered',
  maxBytes: 'bytes of requests are taken in hand',
  maxBytesPerCaller: "bytes of one caller's requests are taken in hand",
};

/** Bounds the calls in flight and the bytes that they have in hand, for the process and for each caller. */
export class Admission {
  readonly #limits: AdmissionLimits;
  /** Only those with calls in flight. */
  readonly #callers = new Map<string, Caller>();
  /** First come, first served. */
  readonly #waiters = new Set<Waiter>();
  /** Calls that give way; the one that has waited for longest first. */
  readonly #yielding = new Set<Yielding>();
  readonly #startWatch: () => Stopwatch;
  readonly #refusals: Record<AdmissionBound, number> = {
    maxCalls: 0,
    maxCallsPerCaller: 0,
    maxBytes: 0,
    maxBytesPerCaller: 0,
  };
  #calls = 0;
  #bytes = 0;
  readonly #ledger: Ledger = {
    take: (call, bytes) => this.#take(call, bytes),
    takeWhenFree: (call, bytes, signal) => this.#takeWhenFree(call, bytes, signal),
    giveBack: (call, bytes) => this.#giveBack(call, bytes),
    giveWay: (call, onOver) => this.#giveWay(call, onOver),
    end: call => this.#end(call),
  };

  constructor(limits: AdmissionLimits, startWatch: () => Stopwatch = () => processClock.startWatch()) {
    this.#limits = limits;
    this.#startWatch = startWatch;
  }

  get calls(): number {
    return this.#calls;
  }

  /** Without those that are not counted. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How often each bound has refused something so far. */
  get refusals(): Readonly<Record<AdmissionBound, number>> {
    return this.#refusals;
  }

  /** How many callers have calls in flight. */
  get callers(): number {
    return this.#callers.size;
  }

  /** @throws ConnectError RESOURCE_EXHAUSTED with `google.rpc.RetryInfo` if too many calls are in flight */
  admit(callerName: string): AdmittedCall {
    const { maxCalls, maxCallsPerCaller } = this.#limits;
    const caller = this.#callers.get(callerName) ?? { name: callerName, calls: 0, bytes: 0 };
    if (caller.calls >= maxCallsPerCaller && !this.#endOneThatYields('maxCallsPerCaller', caller)) {
      throw this.#tooMany('maxCallsPerCaller');
    }
    if (this.#calls >= maxCalls && !this.#endOneThatYields('maxCalls')) throw this.#tooMany('maxCalls');
    this.#callers.set(callerName, caller);
    this.#calls++;
    caller.calls++;
    return new Call(this.#ledger, caller);
  }

  #take(call: Call, bytes: number): void {
    const bound = this.#boundAgainst(call, bytes);
    if (bound !== undefined) throw this.#tooMany(bound);
    this.#add(call, bytes);
  }

  async #takeWhenFree(call: Call, bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#whenFree(call, bytes, signal);
    // The call may have ended while its waiter was being woken.
    if (call.isOver) this.#giveBack(call, call.bytes);
  }

  #giveWay(call: Call, onOver: (error: ConnectError) => void): Disposable {
    const yielding = { call, watch: this.#startWatch(), onOver };
    if (!call.isOver) {
      this.#yielding.add(yielding);
      call.waits ??= new Set();
      call.waits.add(yielding);
    }
    return {
      [Symbol.dispose]: () => {
        this.#stopYielding(yielding);
        call.waits?.delete(yielding);
      },
    };
  }

  #stopYielding(yielding: Yielding): void {
    this.#yielding.delete(yielding);
    yielding.watch[Symbol.dispose]();
  }

  /** Whether there was one, of this caller if one is given. */
  #endOneThatYields(bound: AdmissionBound, caller?: Caller): boolean {
    for (const { call, watch, onOver } of this.#yielding) {
      if (watch.elapsedMs < MIN_WAIT_MS) return false;
      if (caller !== undefined && call.caller !== caller) continue;
      this.#end(call);
      onOver(this.#tooMany(bound));
      return true;
    }
    return false;
  }

  #end(call: Call): void {
    if (call.isOver) return;
    call.isOver = true;
    for (const yielding of call.waits ?? []) this.#stopYielding(yielding);
    call.waits = undefined;
    this.#calls--;
    if (--call.caller.calls === 0) this.#callers.delete(call.caller.name);
    this.#giveBack(call, call.bytes);
  }

  #boundAgainst(call: Call, bytes: number): 'maxBytes' | 'maxBytesPerCaller' | undefined {
    const counted = this.#counted(call.bytes + bytes) - this.#counted(call.bytes);
    if (counted <= 0) return undefined;
    if (this.#bytes + counted > this.#limits.maxBytes) return 'maxBytes';
    if (call.caller.bytes + counted > this.#limits.maxBytesPerCaller) return 'maxBytesPerCaller';
    return undefined;
  }

  /** Resolves once the bytes are free, and counts them. */
  async #whenFree(call: Call, bytes: number, signal: AbortSignal): Promise<void> {
    const most = Math.min(this.#limits.maxBytes, this.#limits.maxBytesPerCaller);
    if (this.#counted(call.bytes + bytes) > most) throw this.#tooMany('maxBytesPerCaller');
    if (this.#waiters.size === 0 && this.#boundAgainst(call, bytes) === undefined) return this.#add(call, bytes);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { call, bytes, grant: resolve };
    this.#waiters.add(waiter);
    using _ = addAbortListener(signal, () => {
      // Whoever was granted its bytes in this very moment has them.
      if (this.#waiters.delete(waiter)) reject(signal.reason);
    });
    await promise;
  }

  #giveBack(call: Call, bytes: number): void {
    this.#add(call, -bytes);
    for (const waiter of this.#waiters) {
      const bound = this.#boundAgainst(waiter.call, waiter.bytes);
      // Whoever needs much would wait for ever if those behind it who need little went first.
      if (bound === 'maxBytes') return;
      if (bound !== undefined) continue;
      this.#waiters.delete(waiter);
      this.#add(waiter.call, waiter.bytes);
      waiter.grant();
    }
  }

  #add(call: Call, bytes: number): void {
    const counted = this.#counted(call.bytes + bytes) - this.#counted(call.bytes);
    call.bytes += bytes;
    call.caller.bytes += counted;
    this.#bytes += counted;
  }

  #counted(bytesOfCall: number): number {
    return Math.max(0, bytesOfCall - this.#limits.freeBytesPerCall);
  }

  #tooMany(bound: AdmissionBound): ConnectError {
    this.#refusals[bound]++;
    const limit = this.#limits[bound];
    const message = `No more than ${limit} ${DESCRIPTIONS[bound]} at once (${bound}); send the request again soon.`;
    return rpcError(Code.ResourceExhausted, message, {
      reason: 'OVERLOADED',
      retryDelayMs: RETRY_DELAY_MS,
      metadata: { bound, limit: String(limit) },
    });
  }
}
