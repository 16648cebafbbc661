/**
 * Ways for an alert through the gateway: POST /v1/alerts, the same with an API key, POST /v1/alerts:batch, CreateAlert
 * over each protocol of RPC, and one StreamAlerts call over gRPC.
 */
export const WAYS = ['rest', 'rest-key', 'batch', 'connect', 'grpc', 'grpc-web', 'stream'] as const;

export type Way = (typeof WAYS)[number];

/** @returns undefined if the list, separated by commas, names something else */
export function parseWays(list: string): readonly Way[] | undefined {
  if (list === 'all') return WAYS;
  const ways = list.split(',');
  return ways.every(isWay) && new Set(ways).size === ways.length ? ways : undefined;
}

function isWay(name: string): name is Way {
  return (WAYS as readonly string[]).includes(name);
}
