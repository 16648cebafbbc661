import type { FeedPosition } from '../../ports/outcome-feed.ts';
import { decodeToken, encodeToken } from './opaque-token.ts';

export function encodeResumeToken({ outcomes, quarantine }: FeedPosition): string {
  return encodeToken([outcomes, quarantine]);
}

/** @throws ConnectError INVALID_ARGUMENT if it is no resume token */
export function decodeResumeToken(token: string): FeedPosition {
  return decodeToken('resume_token', token, ([outcomes, quarantine]) =>
    isSequence(outcomes) && isSequence(quarantine) ? { outcomes, quarantine } : undefined,
  );
}

function isSequence(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
