import type { DescMethod } from '@bufbuild/protobuf';
import { Admission, type AdmissionLimits, type AdmittedCall } from './admission.ts';

export interface AdmissionsLimits {
  readonly callLimits: AdmissionLimits;
  /** Of server streams. */
  readonly streamLimits: AdmissionLimits;
}

/** Those of a server: a call has to pass before its body is read. */
export class Admissions {
  readonly calls: Admission;
  /** Of server streams, which are many and idle, and last for days. */
  readonly streams: Admission;

  constructor(limits: AdmissionsLimits) {
    this.calls = new Admission(limits.callLimits);
    this.streams = new Admission(limits.streamLimits);
  }

  /** @throws ConnectError RESOURCE_EXHAUSTED while too many calls are in flight */
  admit(caller: string, kind: DescMethod['methodKind']): AdmittedCall {
    return (kind === 'server_streaming' ? this.streams : this.calls).admit(caller);
  }
}
