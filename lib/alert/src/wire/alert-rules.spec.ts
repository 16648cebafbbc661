import { clone, create, type DescField, equals, fromBinary, getOption, toBinary } from '@bufbuild/protobuf';
import { type Path, pathToString } from '@bufbuild/protobuf/reflect';
import { createValidator } from '@bufbuild/protovalidate';
import {
  type FieldRules,
  FieldRulesSchema,
  field as fieldRules,
  Ignore,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { type Alert as AlertMessage, AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { QuarantinedAlertService } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_service_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { type AlertInput, InvalidAlertError, latestTimestamp, parseAlert } from '../alert.ts';

const RUNS = 1_000;
const YEAR_10000_SECONDS = 253_402_300_800;
const LATEST_SECONDS = latestTimestamp().getTime() / 1_000;

/** Any Unicode text that a proto3 string can hold: no lone surrogates. */
const text = (maxLength: number) => fc.string({ unit: 'binary', maxLength });
const mostly = (good: fc.Arbitrary<string>, other: fc.Arbitrary<string>) =>
  fc.oneof({ arbitrary: good, weight: 4 }, { arbitrary: other, weight: 1 });
/** Lengths around a limit, in characters that need one UTF-16 unit, or two. */
const around = (limit: number) =>
  fc
    .tuple(fc.constantFrom('a', 'é', '\u{1F3A5}'), fc.integer({ min: limit - 2, max: limit + 2 }))
    .map(([character, length]) => character.repeat(length));

const uids = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._:-]{0,130}$/),
  fc.constantFrom('.', '..', '...', '.a', ':'),
  around(128),
  text(20),
);
const stores = fc.oneof(
  fc.stringMatching(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,20}$/u),
  fc.string({ unit: 'grapheme', maxLength: 130 }),
  around(128),
  // Marks, and what shows nothing.
  fc.string({ unit: fc.constantFrom(' ', '\u0301', '\u115f', '\u2800', '\u3164', '\uffa0', '\u202e'), maxLength: 4 }),
  text(20),
);
const segments = mostly(
  fc.constantFrom('a', 'clip 1', 'd’Évry', '...', 'a..', '..b'),
  fc.oneof(
    fc.constantFrom(
      '',
      '.',
      '..',
      'a\\b',
      'a?b',
      'a#b',
      'a\nb',
      '\u007f',
      '\u0085',
      '\u009f',
      '\u00a0',
      '\u2027',
      '\u2028',
      '\u202e',
      '\u202f',
      '\u2066',
      '\u2069',
      '\u206a',
    ),
    text(5),
  ),
);
const extensions = mostly(
  fc.constantFrom('mp4', 'avi', 'mov', 'mkv', 'webm', 'ts', 'flv', 'wmv', 'mpg', 'm4v', '3gp', 'WebM', 'MKV', 'Ts'),
  // The Kelvin sign and the long s fold to k and s.
  fc.oneof(fc.constantFrom('', 'txt', 'mp4\n', 'm\u212Av', 't\u017F', 'mpeg'), text(4)),
);
const videos = fc.oneof(
  fc
    .tuple(mostly(fc.constant('/'), fc.constantFrom('', '//')), fc.array(segments, { maxLength: 4 }), extensions)
    .map(([root, path, extension]) => `${root}${path.join('/')}.${extension}`),
  around(1024 - '/.mp4'.length).map(name => `/${name}.mp4`),
  text(20),
);
const timestamps = fc.oneof(
  fc.double({ min: 0, max: LATEST_SECONDS, noNaN: true }),
  fc.double({ min: 0, max: YEAR_10000_SECONDS }),
  // The parser and the rules ask their clocks one after the other, the rules for whole seconds.
  fc.constantFrom(LATEST_SECONDS - 60, LATEST_SECONDS + 60),
  fc.double(),
  neighbours(0),
  neighbours(5e-7),
  neighbours(YEAR_10000_SECONDS),
  fc.integer({ min: -10, max: 2_000_000_000 }),
);

/** The doubles next to a number, on both sides. */
function neighbours(number: number): fc.Arbitrary<number> {
  const spacing = Math.max(Math.abs(number) * Number.EPSILON, Number.MIN_VALUE) / 2;
  return fc.integer({ min: -8, max: 8 }).map(steps => number + steps * spacing);
}

const labelKeys = mostly(
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,10}$/),
  fc.oneof(
    fc.constantFrom('', '.a', '-', 'a b', 'a\n', 'a"\\\r', '__proto__', 'constructor', 'toString', 'é', '\u212A', '7'),
    around(63),
    text(5),
  ),
);
const labelValues = mostly(
  fc.stringMatching(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{0,20}$/u),
  fc.oneof(fc.constantFrom('', ' ', '\t', '\u009b', '\u202e', '\u2028', '\u0301'), around(256), text(5)),
);
const labels = fc
  .oneof(
    { arbitrary: fc.array(fc.tuple(labelKeys, labelValues), { maxLength: 6 }), weight: 4 },
    { arbitrary: fc.array(fc.tuple(fc.stringMatching(/^[a-z]{4}$/), labelValues), { maxLength: 20 }), weight: 1 },
    { arbitrary: fc.integer({ min: 14, max: 18 }).map(count => numbered(count, 'k')), weight: 1 },
    { arbitrary: fc.integer({ min: 14, max: 18 }).map(count => numbered(count, ' ')), weight: 1 },
  )
  // Not by assignment, which `__proto__` would not survive.
  .map(entries => Object.fromEntries(entries));

function numbered(count: number, prefix: string): [string, string][] {
  return Array.from({ length: count }, (_, index) => [`${prefix}${index}`, '']);
}

const good: AlertInput = { uid: 'a-1', video: '/videos/a.mp4', timestamp: 1748871320.68, store: 'store-42' };
const alerts: Record<keyof Required<AlertInput>, fc.Arbitrary<AlertInput>> = {
  uid: uids.map(uid => ({ ...good, uid })),
  video: videos.map(video => ({ ...good, video })),
  timestamp: timestamps.map(timestamp => ({ ...good, timestamp })),
  store: stores.map(store => ({ ...good, store })),
  labels: labels.map(each => ({ ...good, labels: each })),
};

describe('the rules of an alert in its proto', () => {
  const validator = createValidator();

  const fieldsRefusedByRules = (message: AlertMessage): string[] => {
    const { kind, error, violations = [] } = validator.validate(AlertSchema, message);
    if (kind === 'error') throw error;
    const named = new Map(violations.map(({ field }) => [pathToString(field), pathToString(withKeyCut(field))]));
    const isOfLabels = (name: string) => name.startsWith('labels[');
    const ofLabels = [...named.values()].filter(isOfLabels);
    const others = [...named.values()].filter(name => !isOfLabels(name));
    // Of too many labels the parser looks at none, and of wrong ones it names the first.
    return [...others, ...(others.includes('labels') ? [] : ofLabels.slice(0, 4))].sort();
  };
  const withKeyCut = (path: Path): Path =>
    path.map(each => {
      const isCut = each.kind === 'map_sub' && typeof each.key === 'string' && each.key.length > 63;
      return isCut ? { ...each, key: `${String(each.key).slice(0, 63).toWellFormed()}…` } : each;
    });
  const fieldsRefusedByParser = (message: AlertMessage): string[] => {
    try {
      parseAlert(message, 'default', latestTimestamp());
      return [];
    } catch (error) {
      if (!(error instanceof InvalidAlertError)) throw error;
      return error.violations.map(({ field }) => field).sort();
    }
  };
  const expectSameVerdict = (input: AlertInput) => {
    const message = fromBinary(AlertSchema, toBinary(AlertSchema, create(AlertSchema, input)));
    expect(fieldsRefusedByParser(message)).to.deep.equal(fieldsRefusedByRules(message));
  };

  for (const [field, arbitrary] of Object.entries(alerts)) {
    it(`refuse the ${field} exactly if the parser does`, () => {
      fc.assert(fc.property(arbitrary, expectSameVerdict), { numRuns: RUNS });
    });

    it(`are tried with what is refused of the ${field}, and with what is not`, () => {
      const refused = fc
        .sample(arbitrary, RUNS)
        .filter(input => fieldsRefusedByParser(create(AlertSchema, input)).length > 0);
      expect(refused.length).to.be.within(RUNS / 20, (RUNS * 19) / 20);
    });
  }

  /** Apart from whether it may be left out, and without examples. */
  const rulesOf = (field: DescField) => {
    const { type } = getOption(field, fieldRules);
    const ofOne = type.case === 'repeated' ? type.value.items : undefined;
    const rules = clone(FieldRulesSchema, ofOne ?? getOption(field, fieldRules));
    if (rules.type.case === 'string') rules.type.value.example = [];
    return Object.assign(rules, { required: false, ignore: Ignore.UNSPECIFIED });
  };

  for (const [name, names, places] of [
    ['uid', ['uid'], 6],
    ['video', ['video'], 5],
    ['store', ['store', 'stores'], 8],
  ] as const) {
    it(`hold for each request with a ${name}`, () => {
      const requests = [AlertService, QuarantinedAlertService, VideoService].flatMap(({ methods }) => methods);
      const fields = requests.flatMap(({ input }) =>
        input.fields.filter(field => (names as readonly string[]).includes(field.name)),
      );
      expect(fields).to.have.lengthOf(places);
      for (const field of fields) {
        const isSame = equals(FieldRulesSchema, rulesOf(field), rulesOf(AlertSchema.field[name]));
        expect(isSame, field.toString()).to.equal(true);
      }
    });
  }

  it('are the same for a filter wherever alerts are filtered by it', () => {
    const { listAlerts, replayAlerts, purgeAlerts, summarizeAlerts } = AlertService.method;
    const expected = new Map(listAlerts.input.fields.map(field => [field.name, field]));
    for (const { input } of [replayAlerts, purgeAlerts, summarizeAlerts]) {
      const filters = input.fields.filter(({ name }) => !['page_size', 'page_token', 'uids'].includes(name));
      expect(filters.length).to.be.at.least(5);
      for (const field of filters) {
        const same = expected.get(field.name);
        expect(same?.number, field.toString()).to.equal(field.number);
        const rules = [same as DescField, field].map(each => getOption(each, fieldRules));
        expect(equals(FieldRulesSchema, ...(rules as [FieldRules, FieldRules])), field.toString()).to.equal(true);
      }
    }
  });

  it('name the same fields as the parser if several are wrong', () => {
    const inputs = fc.record({ uid: uids, video: videos, timestamp: timestamps, store: stores, labels });
    fc.assert(fc.property(inputs, expectSameVerdict), { numRuns: RUNS });
  });
});
