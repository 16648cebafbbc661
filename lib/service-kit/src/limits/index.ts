/** Bounds on what callers can make a process do: what bytes decode into, calls in flight, bytes in hand. */
export type { AdmissionBound, AdmissionLimits, AdmittedCall } from './admission.ts';
export { registerAdmissionMetrics } from './admission-metrics.ts';
export { Admissions, type AdmissionsLimits } from './admissions.ts';
export { bodyTooLarge, bodyTooSlow } from './body-errors.ts';
export { checkJson } from './check-json.ts';
export { checkWire } from './check-wire.ts';
export { decodeBinary } from './decode-binary.ts';
export { DEFAULT_DECODE_LIMITS, type DecodeLimits } from './decode-limits.ts';
export { type Encoding, inflate, isEncoding, readEncoding } from './inflate.ts';
export { plainMessage } from './plain-message.ts';
export { readBody } from './read-body.ts';
export {
  COMPRESSED_FLAG,
  ENVELOPE_HEAD_BYTES,
  type Envelope,
  encodeEnvelope,
  readEnvelopes,
  splitEnvelopes,
} from './read-envelopes.ts';
export type { RequestLimits } from './request-limits.ts';
export { readServerLimits, type ServerLimits } from './server-limits.ts';
