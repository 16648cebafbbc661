import { quantileOf } from '../quantile.ts';

export async function timeUs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) * 1000;
}

export function medianOf(values: readonly number[]): number {
  return quantileOf(values, 0.5);
}
