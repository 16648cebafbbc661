/** Bounds on what callers can make a process do: what bytes decode into, calls in flight, bytes in hand. */
export { Admission, type AdmissionBound, type AdmissionLimits, type AdmittedCall } from './admission.ts';
export { checkJson } from './check-json.ts';
export { checkWire } from './check-wire.ts';
export { decodeBinary } from './decode-binary.ts';
export { DEFAULT_DECODE_LIMITS, type DecodeLimits } from './decode-limits.ts';
export { type Encoding, inflate, isEncoding } from './inflate.ts';
