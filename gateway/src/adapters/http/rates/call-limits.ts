import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import { callerName } from '../caller-name.ts';
import type { Exchange } from '../exchange.ts';
import { type ConcurrencyDimension, ConcurrentCalls } from './concurrent-calls.ts';
import { FailedCredentials } from './failed-credentials.ts';
import { type RateLimit, RateLimiter } from './rate-limiter.ts';
import { type RateDimension, RateLimits } from './rate-limits.ts';
import { RefusedCalls } from './refused-calls.ts';

/** What each may use; undefined is no limit. */
export interface CallLimitOptions {
  /** How fast one address may call. */
  readonly rateLimit: RateLimit | undefined;
  /** How fast one API key or user may. */
  readonly keyRateLimit: RateLimit | undefined;
  /** How fast all callers of one tenant may. */
  readonly tenantRateLimit: RateLimit | undefined;
  /** How many calls of one API key or user, or of an address that shows neither, may be open at once. */
  readonly keyConcurrentCalls: number | undefined;
  /** How many of one tenant may. */
  readonly tenantConcurrentCalls: number | undefined;
  /** API keys and tokens that one address may show in a minute though they are wrong; 0 for any number. */
  readonly failedCredentialsPerMinute: number;
}

/** Each is undefined where nothing is limited. */
export interface CallLimits {
  /** Before anybody is asked who calls. */
  readonly byAddress: RateLimits | undefined;
  /** Once that is known. */
  readonly byIdentity: RateLimits | undefined;
  readonly failedCredentials: FailedCredentials | undefined;
  readonly concurrency: ConcurrentCalls | undefined;
}

/** How often the log says that calls come too fast, if they do. */
const REFUSED_CALLS_MS = 10_000;

export function openCallLimits(options: CallLimitOptions, { logger, metrics }: ServiceContext): CallLimits {
  const { rateLimit, keyRateLimit, tenantRateLimit } = options;
  const { keyConcurrentCalls, tenantConcurrentCalls, failedCredentialsPerMinute } = options;
  const byAddress = rateOf('caller', rateLimit, ({ caller }) => caller);
  const byIdentity = [...rateOf('key', keyRateLimit, knownCaller), ...rateOf('tenant', tenantRateLimit, knownTenant)];
  const atOnce = [
    ...mostOf('key', keyConcurrentCalls, exchange => knownCaller(exchange) ?? exchange.caller),
    ...mostOf('tenant', tenantConcurrentCalls, knownTenant),
  ];
  const refused = new RefusedCalls({ logger, metrics, intervalMs: REFUSED_CALLS_MS });
  return {
    byAddress: byAddress.length === 0 ? undefined : new RateLimits(byAddress, refused),
    byIdentity: byIdentity.length === 0 ? undefined : new RateLimits(byIdentity, refused),
    failedCredentials:
      failedCredentialsPerMinute === 0 ? undefined : new FailedCredentials(failedCredentialsPerMinute, refused),
    concurrency: atOnce.length === 0 ? undefined : new ConcurrentCalls(atOnce, refused),
  };
}

type KeyOf = RateDimension['keyOf'];

function rateOf(name: string, limit: RateLimit | undefined, keyOf: KeyOf): readonly RateDimension[] {
  return limit === undefined ? [] : [{ name, limiter: new RateLimiter(limit), keyOf }];
}

function mostOf(name: string, most: number | undefined, keyOf: KeyOf): readonly ConcurrencyDimension[] {
  return most === undefined ? [] : [{ name, most, keyOf }];
}

function knownCaller({ identity }: Exchange): string | undefined {
  return identity === undefined || identity.isAnonymous ? undefined : callerName(identity);
}

/** Of strangers none, or they could shut the default one out. */
function knownTenant({ identity }: Exchange): string | undefined {
  return identity === undefined || identity.isAnonymous ? undefined : identity.tenant;
}
