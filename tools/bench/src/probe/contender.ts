/** One way to learn what a video is. */
export interface Contender {
  readonly name: string;
  /** @returns false where it cannot read the file */
  probe(path: string): Promise<boolean>;
}
