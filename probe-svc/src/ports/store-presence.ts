/** Which stores there are. */
export interface StorePresence {
  /**
   * Whether more than one store has alerts on the stream, as far as is known: the answer may be some seconds old, and
   * is no until the stream was asked. Alerts that are finished count until they are trimmed.
   */
  areOthersPresent(): boolean;
}
