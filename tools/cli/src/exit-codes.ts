/** What the command ends with. */
export const EXIT = {
  done: 0,
  /** The server refused something, or something failed. */
  failed: 1,
  wrongUsage: 2,
  /** No answer came. */
  unreachable: 3,
  interrupted: 130,
} as const;
