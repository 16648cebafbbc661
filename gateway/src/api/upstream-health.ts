import type { DescMethod } from '@bufbuild/protobuf';

/** What the processes behind the gateway can serve now. */
export interface UpstreamHealth {
  /** Why a method can't be served, in words for people; undefined if it can. */
  findProblem(method: DescMethod): Promise<string | undefined>;
}
