export const FUZZ_TARGETS = ['sparse-io', 'probe', 'poster'] as const;

export type FuzzTarget = (typeof FUZZ_TARGETS)[number];

export function isFuzzTarget(name: string): name is FuzzTarget {
  return (FUZZ_TARGETS as readonly string[]).includes(name);
}
