/** What a person can do something about: it is shown without a stack. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}
