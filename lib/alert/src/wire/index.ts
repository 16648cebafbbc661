export {
  alertToProto,
  decodeAlertPayload,
  encodeAlertPayload,
  findAlertIn,
  MalformedMessageError,
  tryDecodeAlert,
} from './alert-wire.ts';
export { mediaToProto } from './media-wire.ts';
export {
  decodeRecordPayload,
  encodeRecordPayload,
  failureCodeFromProto,
  failureToProto,
  finishedFromProto,
  IncompleteRecordError,
  receivedFromProto,
  recordToProto,
  statusFromProto,
} from './record-wire.ts';
