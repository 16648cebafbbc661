import type { FeedPosition } from '../feed-position.ts';

/** A position as callers keep it and hand it back: JSON in base64url, which they don't read. */
export function encodeResumeToken({ outcomes, quarantine }: FeedPosition): string {
  const content = [outcomes.sequence, quarantine.sequence, outcomes.createdMs, quarantine.createdMs];
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/**
 * A token of earlier versions names no streams, and counts as expired.
 *
 * @returns undefined if it is no resume token
 */
export function decodeResumeToken(token: string): FeedPosition | undefined {
  const content = tryParse(token);
  if (!Array.isArray(content) || !content.every(isWholeNumber)) return undefined;
  if (content.length !== 2 && content.length !== 4) return undefined;
  const [outcomes = 0, quarantine = 0, outcomesCreatedMs = 0, quarantineCreatedMs = 0] = content;
  return {
    outcomes: { sequence: outcomes, createdMs: outcomesCreatedMs },
    quarantine: { sequence: quarantine, createdMs: quarantineCreatedMs },
  };
}

function tryParse(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    return undefined;
  }
}

function isWholeNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
