export {
  alertToProto,
  failureCodeFromProto,
  failureToProto,
  finishedFromProto,
  IncompleteRecordError,
  retryFromProto,
  retryToProto,
  statusFromProto,
} from './alert-message.ts';
export {
  decodeAlertPayload,
  decodeOutcomePayload,
  encodeAlertPayload,
  encodeOutcomePayload,
  findAlertIn,
  MalformedMessageError,
  tryDecodeAlert,
} from './alert-payload.ts';
export { isNumberText } from './json-payload.ts';
export { mediaToProto } from './media-message.ts';
export { waitMsOf } from './wait.ts';
