import pTimeout from 'p-timeout';

/** Whether the work settles within `limitMs`; it may go on after that. Whoever owns the work handles its errors. */
export function settlesWithin(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  const settled = work.then(
    () => true,
    () => true,
  );
  return pTimeout(settled, { milliseconds: Math.max(1, limitMs), fallback: () => false });
}
