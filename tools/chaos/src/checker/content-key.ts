/** What makes two alerts of one uid the same alert. */
export interface Content {
  readonly video: string;
  readonly timestampMicros: number;
  readonly store: string;
}

export function contentKey({ video, timestampMicros, store }: Content): string {
  return JSON.stringify([video, timestampMicros, store]);
}
