/** An argument of `probe` has the wrong shape; a mistake of the caller, not of the video. */
export class ProbeInputError extends TypeError {
  override readonly name = 'ProbeInputError';
  readonly reason = 'INVALID_PROBE_INPUT';
  readonly field: string;

  constructor(field: string, problem: string) {
    super(`${field} ${problem}`);
    this.field = field;
  }
}
