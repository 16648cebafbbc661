/** Tells a person what is done. */
export type Say = (line: string) => void;

export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

export function secondsSince(begunAt: Date): string {
  return `${((Date.now() - begunAt.getTime()) / 1_000).toFixed(1)} s`;
}
