import { ALL_TENANTS } from '@vigie/access/tenants';
import type { FoundOutcome } from './feed-source.ts';
import type { OutcomeFilter } from './outcome-filter.ts';
import type { Topic } from './topic.ts';

/** By the keys of their filters. */
type TopicsByKey<T> = Map<string, Topic<T>>;

/**
 * The topics of a feed, so that an outcome meets few that don't want it: thousands of watches may each name a store, or
 * a label.
 */
export class Topics<T> {
  readonly #byTenant = new Map<string, TenantTopics<T>>();

  find(filter: OutcomeFilter): Topic<T> | undefined {
    return this.#byTenant.get(filter.tenant)?.find(filter);
  }

  add(topic: Topic<T>): void {
    const { tenant } = topic.filter;
    const topics = this.#byTenant.get(tenant) ?? new TenantTopics<T>();
    this.#byTenant.set(tenant, topics);
    topics.add(topic);
  }

  delete(topic: Topic<T>): void {
    const { tenant } = topic.filter;
    const topics = this.#byTenant.get(tenant);
    topics?.delete(topic);
    if (topics?.isEmpty) this.#byTenant.delete(tenant);
  }

  /** Each topic that wants the outcome, once. */
  matching(outcome: FoundOutcome<T>): Topic<T>[] {
    return [outcome.tenant, ALL_TENANTS].flatMap(tenant => this.#byTenant.get(tenant)?.matching(outcome) ?? []);
  }
}

/** Those whose filters name one tenant. */
class TenantTopics<T> {
  /** Under each store that their filters name; under `undefined` those that name neither store nor label. */
  readonly #byStore = new Map<string | undefined, TopicsByKey<T>>();
  /** Those that name no store, under one of their labels: what they want has all of them. */
  readonly #byLabel = new Map<string | undefined, TopicsByKey<T>>();

  get isEmpty(): boolean {
    return this.#byStore.size === 0 && this.#byLabel.size === 0;
  }

  find(filter: OutcomeFilter): Topic<T> | undefined {
    const [place] = this.#placesOf(filter);
    return this.#mapOf(filter).get(place)?.get(keyOf(filter));
  }

  add(topic: Topic<T>): void {
    const map = this.#mapOf(topic.filter);
    const key = keyOf(topic.filter);
    for (const place of this.#placesOf(topic.filter)) {
      const topics = map.get(place) ?? new Map<string, Topic<T>>();
      map.set(place, topics.set(key, topic));
    }
  }

  delete(topic: Topic<T>): void {
    const map = this.#mapOf(topic.filter);
    const key = keyOf(topic.filter);
    for (const place of this.#placesOf(topic.filter)) {
      const topics = map.get(place);
      topics?.delete(key);
      if (topics?.size === 0) map.delete(place);
    }
  }

  matching(outcome: FoundOutcome<T>): Topic<T>[] {
    const { store, labels } = outcome;
    const met = [
      this.#byStore.get(store),
      this.#byStore.get(undefined),
      ...labels.map(each => this.#byLabel.get(each)),
    ];
    return met.flatMap(each => [...(each?.values() ?? [])]).filter(topic => topic.matches(outcome));
  }

  #mapOf({ stores, labels }: OutcomeFilter): Map<string | undefined, TopicsByKey<T>> {
    return stores.length === 0 && labels.length > 0 ? this.#byLabel : this.#byStore;
  }

  #placesOf({ stores, labels }: OutcomeFilter): readonly (string | undefined)[] {
    return stores.length > 0 ? stores : [labels[0]];
  }
}

function keyOf({ stores, labels, statuses }: OutcomeFilter): string {
  return JSON.stringify([statuses, labels, stores]);
}
