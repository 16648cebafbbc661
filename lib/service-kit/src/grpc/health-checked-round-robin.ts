import { connectivityState as ConnectivityState, experimental } from '@grpc/grpc-js';
import { HealthCheckedSubchannel } from './health-checked-subchannel.ts';

/** The name of the policy in a service config. */
export const HEALTH_CHECKED_ROUND_ROBIN = 'health_checked_round_robin';

const ROUND_ROBIN = experimental.parseLoadBalancingConfig({ round_robin: {} });

class Config implements experimental.TypedLoadBalancingConfig {
  static createFromJson(): Config {
    return new Config();
  }

  getLoadBalancerName(): string {
    return HEALTH_CHECKED_ROUND_ROBIN;
  }

  toJsonObject(): object {
    return { [HEALTH_CHECKED_ROUND_ROBIN]: {} };
  }
}

/**
 * round_robin over the servers that say SERVING. Where none does, over all that are there: a server that misses one of
 * its dependencies answers what it can, and says better than a channel what it can't (docs/adr/0016). grpc-js 1.14 has
 * no health checking of its own; this is built as its outlier detection is.
 */
class HealthCheckedRoundRobin implements experimental.LoadBalancer {
  readonly #child: experimental.ChildLoadBalancerHandler;
  readonly #subchannels = new Set<HealthCheckedSubchannel>();

  constructor(parent: experimental.ChannelControlHelper) {
    this.#child = new experimental.ChildLoadBalancerHandler(
      experimental.createChildChannelControlHelper(parent, {
        createSubchannel: (address, options) => {
          const subchannel = new HealthCheckedSubchannel(parent.createSubchannel(address, options), () =>
            this.#follow(subchannel),
          );
          return subchannel;
        },
        updateState: (state, picker, errorMessage) =>
          parent.updateState(state, state === ConnectivityState.READY ? unwrapping(picker) : picker, errorMessage),
      }),
    );
  }

  updateAddressList(
    endpoints: Parameters<experimental.LoadBalancer['updateAddressList']>[0],
    config: experimental.TypedLoadBalancingConfig,
    options: Parameters<experimental.LoadBalancer['updateAddressList']>[2],
    resolutionNote: string,
  ): boolean {
    if (!(config instanceof Config)) return false;
    return this.#child.updateAddressList(endpoints, ROUND_ROBIN, options, resolutionNote);
  }

  exitIdle(): void {
    this.#child.exitIdle();
  }

  resetBackoff(): void {
    this.#child.resetBackoff();
  }

  destroy(): void {
    this.#child.destroy();
  }

  getTypeName(): string {
    return HEALTH_CHECKED_ROUND_ROBIN;
  }

  #follow(subchannel: HealthCheckedSubchannel): void {
    if (subchannel.isInUse) this.#subchannels.add(subchannel);
    else this.#subchannels.delete(subchannel);
    const someServe = [...this.#subchannels].some(({ state }) => state === 'serving');
    const [usable, unusable] = partition(this.#subchannels, ({ state }) => state === 'serving' || !someServe);
    // In this order there is always one to go to.
    for (const each of usable) each.usable = true;
    for (const each of unusable) each.usable = false;
  }
}

function partition<T>(items: Iterable<T>, belongs: (item: T) => boolean): [T[], T[]] {
  const groups = Map.groupBy(items, belongs);
  return [groups.get(true) ?? [], groups.get(false) ?? []];
}

/** A picker for those above, who know the subchannels that they made themselves. */
function unwrapping(picker: experimental.Picker): experimental.Picker {
  return {
    pick(args) {
      const result = picker.pick(args);
      if (!(result.subchannel instanceof HealthCheckedSubchannel)) return result;
      return { ...result, subchannel: result.subchannel.wrapped } as experimental.PickResult;
    },
  };
}

experimental.registerLoadBalancerType(HEALTH_CHECKED_ROUND_ROBIN, HealthCheckedRoundRobin, Config);
