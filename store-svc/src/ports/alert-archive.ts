/** Files of alerts whose rows are taken away. */
export interface AlertArchive {
  /**
   * Keeps rows, each a line of JSON. They are on disk once it resolves.
   *
   * @param receivedAt when the first of them was received
   * @returns the name of their file
   */
  write(receivedAt: Date, rows: readonly string[]): Promise<string>;
}
