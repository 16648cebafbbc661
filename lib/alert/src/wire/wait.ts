import { type Duration, durationMs } from '@bufbuild/protobuf/wkt';

const MAX_WAIT_MS = 60_000;

/** How long a request asks to wait for an outcome, in milliseconds: 0 if it doesn't ask, and a minute at most. */
export function waitMsOf({ wait }: { readonly wait?: Duration | undefined }): number {
  return wait === undefined ? 0 : Math.min(Math.max(durationMs(wait), 0), MAX_WAIT_MS);
}
