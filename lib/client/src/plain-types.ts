import type { Message } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { Alert_Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { QuarantinedAlert_State } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_pb.ts';
import { Failure_Code } from '@vigie/proto/vigie/video/v1/failure_pb.ts';
import type { Media_DurationSource } from '@vigie/proto/vigie/video/v1/media_pb.ts';

/** How far Vigie has got with an alert. */
export type AlertStatus = Exclude<keyof typeof Alert_Status, 'STATUS_UNSPECIFIED'>;
/** Why an alert FAILED or was QUARANTINED. */
export type FailureCode = Exclude<keyof typeof Failure_Code, 'CODE_UNSPECIFIED'>;
/** Whether a decision about a quarantined message is still to be made. */
export type QuarantineState = Exclude<keyof typeof QuarantinedAlert_State, 'STATE_UNSPECIFIED'>;
/** What an API key may be used for; `admin` includes all others. */
export type Scope = (typeof SCOPES)[number];

export const ALERT_STATUSES = namesOf<AlertStatus>(Alert_Status);
export const FAILURE_CODES = namesOf<FailureCode>(Failure_Code);
export const QUARANTINE_STATES = namesOf<QuarantineState>(QuarantinedAlert_State);
/** In the proto they are strings, by a rule. */
export const SCOPES = [
  'alerts:write',
  'alerts:read',
  'alerts:operate',
  'videos:probe',
  'media:write',
  'media:read',
  'admin',
] as const;

/** The names by the fields that have them: in the generated types all enums are numbers, and scopes any strings. */
interface NamedFields {
  status: AlertStatus;
  statuses: AlertStatus;
  code: FailureCode;
  failureCode: FailureCode;
  failureCodes: FailureCode;
  state: QuarantineState;
  scopes: Scope;
  durationSource: keyof typeof Media_DurationSource;
}

type Value<T, Name, Time> = T extends undefined
  ? undefined
  : T extends readonly (infer Item)[]
    ? readonly Value<Item, Name, Time>[]
    : Name extends keyof NamedFields
      ? NamedFields[Name]
      : T extends bigint
        ? number
        : T extends Uint8Array
          ? string
          : T extends Timestamp
            ? Time
            : T extends Message
              ? Plain<T>
              : T;

/**
 * A message as plain data, in the form of the REST API's JSON, but with numbers for 64-bit integers: enums by name,
 * times as RFC 3339, bytes as base64. Derived from the generated types, so that both always have the same fields.
 */
export type Plain<M> = {
  readonly [Name in keyof M as Exclude<Name, '$typeName' | '$unknown'>]: Value<M[Name], Name, string>;
};

/** What may be given for a request: all of it optional, a time as a `Date` or as RFC 3339. */
export type Given<M, Left extends keyof M = never> = {
  readonly [Name in keyof M as Exclude<Name, '$typeName' | '$unknown' | Left>]?:
    | Value<M[Name], Name, Date | string>
    | undefined;
};

/** Without the one that is never sent. */
function namesOf<Name extends string>(values: Readonly<Record<string, number>>): readonly Name[] {
  return Object.keys(values).filter((name): name is Name => values[name] !== 0);
}
