/** A way to break the mesh. */
export interface Fault {
  inject(): Promise<void>;
  /** Undoes it, however far `inject` got. */
  heal(): Promise<void>;
}
