/** Which tenants there are. */
export interface TenantPresence {
  /**
   * Whether more than one tenant has alerts on the stream, as far as is known: the answer may be some seconds old, and
   * is no until the stream was asked. Alerts that are finished count until they are trimmed.
   */
  areOthersPresent(): boolean;
}
