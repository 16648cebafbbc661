import type { DescMethod } from '@bufbuild/protobuf';
import { PUBLIC_METHODS, type UpstreamName } from './public-api.ts';
import type { UpstreamHealth } from './upstream-health.ts';

/** Whether all of these methods can be served. */
export async function canServeAll(methods: readonly DescMethod[], upstreams: UpstreamHealth): Promise<boolean> {
  const problems = await Promise.all(methods.map(method => upstreams.findProblem(method)));
  return problems.every(problem => problem === undefined);
}

/** Which public methods a process can't serve, and why; undefined if it serves all of its own. */
export async function findUnserved(upstream: UpstreamName, upstreams: UpstreamHealth): Promise<string | undefined> {
  const own = PUBLIC_METHODS.filter(each => each.upstream === upstream);
  const found = await Promise.all(
    own.map(async ({ method }) => ({ name: method.name, problem: await upstreams.findProblem(method) })),
  );
  const unserved = found.filter(({ problem }) => problem !== undefined);
  if (unserved.length === 0) return undefined;
  return `${unserved[0]?.problem}; can't serve ${unserved.map(({ name }) => name).join(', ')}`;
}
