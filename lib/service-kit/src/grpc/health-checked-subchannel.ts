import { connectivityState as ConnectivityState, experimental } from '@grpc/grpc-js';
import { HealthWatch, type ServingState } from './health-watch.ts';

/** A connection of a channel, or the attempt at one, that knows what the server at its end says of its health. */
export class HealthCheckedSubchannel extends experimental.BaseSubchannelWrapper {
  readonly wrapped: experimental.SubchannelInterface;
  readonly #onChange: () => void;
  readonly #onConnectivity = (): void => this.#followConnection();
  #watch: HealthWatch | undefined;
  #state: ServingState = 'unknown';
  #refs = 0;

  /** @param onChange called when `state` may have changed */
  constructor(wrapped: experimental.SubchannelInterface, onChange: () => void) {
    super(wrapped);
    this.wrapped = wrapped;
    this.#onChange = onChange;
  }

  /** `unknown` also while there is no connection. */
  get state(): ServingState {
    return this.#state;
  }

  /** Whether the balancer above may hand calls to it. */
  set usable(usable: boolean) {
    this.setHealthy(usable);
  }

  // Begins with the first reference: grpc-js makes subchannels that it then does not use.
  override ref(): void {
    super.ref();
    if (++this.#refs > 1) return;
    this.wrapped.addConnectivityStateListener(this.#onConnectivity);
    this.#followConnection();
  }

  override unref(): void {
    super.unref();
    if (--this.#refs > 0) return;
    this.wrapped.removeConnectivityStateListener(this.#onConnectivity);
    this.#endWatch();
    // Not amid what the balancer is doing.
    queueMicrotask(this.#onChange);
  }

  get isInUse(): boolean {
    return this.#refs > 0;
  }

  #followConnection(): void {
    if (this.wrapped.getConnectivityState() === ConnectivityState.READY) {
      // Within the listener the connection isn't there for calls yet.
      queueMicrotask(() => this.#beginWatch());
    } else {
      this.#endWatch();
    }
    this.#onChange();
  }

  #beginWatch(): void {
    if (this.#watch !== undefined || !this.isInUse) return;
    if (this.wrapped.getConnectivityState() !== ConnectivityState.READY) return;
    this.#watch = new HealthWatch(this.wrapped.getChannel(), state => {
      this.#state = state;
      this.#onChange();
    });
  }

  #endWatch(): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
    this.#state = 'unknown';
  }
}
