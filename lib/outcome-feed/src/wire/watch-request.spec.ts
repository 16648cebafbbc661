import { create, type DescField, equals, fromBinary, getOption, toBinary } from '@bufbuild/protobuf';
import { pathToString } from '@bufbuild/protobuf/reflect';
import { createValidator } from '@bufbuild/protovalidate';
import { FieldRulesSchema, field as fieldRules } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { ConnectError } from '@connectrpc/connect';
import { ALL_TENANTS } from '@vigie/access/tenants';
import { BadRequestSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { Alert_Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  ListAlertsRequestSchema,
  type WatchAlertsRequest,
  WatchAlertsRequestSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { EVERYTHING } from '../outcome-filter.ts';
import { encodeResumeToken } from './resume-token.ts';
import { readWatchRequest } from './watch-request.ts';

const RUNS = 500;

const requestOf = (request: Partial<Omit<WatchAlertsRequest, '$typeName'>>) =>
  create(WatchAlertsRequestSchema, request);

function refusedFields(request: WatchAlertsRequest): string[] {
  try {
    readWatchRequest(request, 'default');
    return [];
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    return (error.findDetails(BadRequestSchema)[0]?.fieldViolations ?? []).map(({ field }) => field);
  }
}

describe('readWatchRequest', () => {
  const { PROCESSED, FAILED, RECEIVED } = Alert_Status;

  it('wants everything unless it is told otherwise', () => {
    expect(readWatchRequest(requestOf({}), ALL_TENANTS)).to.deep.equal({ filter: EVERYTHING, after: undefined });
  });

  it('makes one filter of requests that want the same', () => {
    const { filter } = readWatchRequest(
      requestOf({ stores: ['b', 'a', 'b'], labels: ['k=', 'a=b=c', 'k='], statuses: [FAILED, PROCESSED, FAILED] }),
      'default',
    );
    expect(filter).to.deep.equal({
      ...{ tenant: 'default', stores: ['a', 'b'], labels: ['a=b=c', 'k='] },
      statuses: ['PROCESSED', 'FAILED'],
    });
  });

  it('reads the token of an earlier response', () => {
    const position = { outcomes: { sequence: 3, createdMs: 1 }, quarantine: { sequence: 4, createdMs: 2 } };
    expect(readWatchRequest(requestOf({ resumeToken: encodeResumeToken(position) }), 'default').after).to.deep.equal(
      position,
    );
  });

  it('names each field that is wrong, of a list the first few items', () => {
    const stores = ['a', '', '\n', '\u3164', 'b', '\t', '\t'];
    const wrong = { stores, labels: ['camera', '=x'], statuses: [RECEIVED], resumeToken: 'nonsense' };
    expect(refusedFields(requestOf(wrong))).to.deep.equal([
      ...['stores[1]', 'stores[2]', 'stores[3]', 'stores[5]'],
      ...['labels[0]', 'labels[1]', 'statuses', 'resume_token'],
    ]);
  });

  describe('and the rules in the proto', () => {
    const validator = createValidator();

    /** As `readWatchRequest` names them: nothing of too many items, of wrong ones the first. */
    function fieldsRefusedByRules(request: WatchAlertsRequest): string[] {
      const { kind, error, violations = [] } = validator.validate(WatchAlertsRequestSchema, request);
      if (kind === 'error') throw error;
      const named = [...new Set(violations.map(({ field }) => pathToString(field)))];
      return ['stores', 'labels', 'statuses'].flatMap(list =>
        named.includes(list) ? [list] : named.filter(name => name.startsWith(`${list}[`)).slice(0, 4),
      );
    }

    const text = fc.string({ unit: 'binary', maxLength: 5 });
    const stores = fc.oneof(
      { arbitrary: fc.stringMatching(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,20}$/u), weight: 8 },
      {
        arbitrary: fc.constantFrom('', ' ', '\u0301', '\u2800', 'a\n', 'é'.repeat(128), '\u{1F3A5}'.repeat(129)),
        weight: 1,
      },
      { arbitrary: text, weight: 1 },
    );
    const labels = fc.oneof(
      { arbitrary: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,9}=[\p{L}\p{N}= ]{0,9}$/u), weight: 8 },
      {
        arbitrary: fc.constantFrom('', '=', 'a', 'a=', '=a', 'a==', 'a b=', 'a=\n', 'é=', `${'k'.repeat(64)}=`),
        weight: 1,
      },
      { arbitrary: fc.integer({ min: 255, max: 257 }).map(length => `k=${'é'.repeat(length)}`), weight: 1 },
      { arbitrary: text, weight: 1 },
    );
    const listOf = (item: fc.Arbitrary<string>, max: number) =>
      fc.oneof(
        { arbitrary: fc.array(item, { maxLength: 6 }), weight: 6 },
        {
          arbitrary: fc.integer({ min: max - 1, max: max + 1 }).map(length => Array<string>(length).fill('k=v')),
          weight: 1,
        },
      );
    const requests = fc
      .record({
        stores: listOf(stores, 100),
        labels: listOf(labels, 16),
        statuses: fc.array(fc.integer({ min: 0, max: 5 }) as fc.Arbitrary<Alert_Status>),
      })
      // Without lone surrogates, as on the wire.
      .map(request => fromBinary(WatchAlertsRequestSchema, toBinary(WatchAlertsRequestSchema, requestOf(request))));

    it('refuse the same fields', () => {
      fc.assert(
        fc.property(requests, request => {
          expect(refusedFields(request)).to.deep.equal(fieldsRefusedByRules(request));
        }),
        { numRuns: RUNS },
      );
    });

    it('are tried with what is refused, and with what is not', () => {
      for (const list of ['stores', 'labels', 'statuses'] as const) {
        const refused = fc
          .sample(requests, RUNS)
          .filter(request => refusedFields(requestOf({ [list]: request[list] })).length > 0);
        expect(refused.length, list).to.be.within(RUNS / 20, (RUNS * 19) / 20);
      }
    });

    it('are those of lists of alerts', () => {
      const rulesOf = (field: DescField) => getOption(field, fieldRules);
      for (const name of ['stores', 'labels'] as const) {
        const [watched, listed] = [WatchAlertsRequestSchema.field[name], ListAlertsRequestSchema.field[name]];
        expect(equals(FieldRulesSchema, rulesOf(watched), rulesOf(listed)), name).to.equal(true);
      }
    });
  });
});
