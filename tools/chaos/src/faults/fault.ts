/** A way to break the mesh. */
export interface Fault {
  inject(): Promise<void>;
  /** Undoes the fault, even if `inject` has failed halfway. */
  heal(): Promise<void>;
}
