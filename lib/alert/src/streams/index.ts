export { alertMessageId, isReplay, MESSAGE_ID } from './alert-message-id.ts';
export { closeIntake, findIntakeProblem, identityOf, isIntakeOpen, openIntake } from './intake.ts';
export { type JetStreamConfig, readJetStreamConfig } from './jetstream-config.ts';
export { openStreams } from './open-streams.ts';
export { publishOutcomeEvent, reportedSequence } from './outcome-event.ts';
export {
  decodeQuarantinedRecord,
  originalMessage,
  publishQuarantined,
  QUARANTINE_HEADERS,
  type QuarantinedMessage,
  type Quarantining,
  quarantineId,
  readQuarantined,
} from './quarantine.ts';
export {
  ensureStreams,
  isStreamMissing,
  STREAM_NAMES,
  STREAM_SUBJECTS,
  type StreamLimits,
  type StreamName,
  updateStreams,
} from './streams.ts';
export { type AlertOwner, storeOfSubject, storeToken, subjects, tenantOfSubject, tenantPrefix } from './subjects.ts';
