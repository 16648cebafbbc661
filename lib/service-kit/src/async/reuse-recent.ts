/**
 * Whoever asks gets the last answer, also one that is still being worked out, while its question is younger than they
 * allow: 0 ms asks anew.
 */
export function reuseRecent<T>(ask: () => Promise<T>): (maxAgeMs: number) => Promise<T> {
  let last: { readonly askedAt: number; readonly answer: Promise<T> } | undefined;
  return maxAgeMs => {
    const now = performance.now();
    if (last === undefined || now - last.askedAt >= maxAgeMs) last = { askedAt: now, answer: ask() };
    return last.answer;
  };
}
