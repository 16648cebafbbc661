import { expect } from 'chai';
import fc from 'fast-check';
import { type AlertInput, InvalidAlertError, latestTimestamp, parseAlert, timestampSeconds } from './alert.ts';
import type { Labels } from './labels.ts';

const good: AlertInput = { uid: 'a-1', video: '/videos/a.mp4', timestamp: 1748871320.683412, store: 'store-42' };

const LEGAL_LABELS = { 'Az09._/-': 'Épicerie 東京 №5 🛒', '0': ' ', constructor: '', toString: '"\\', 'a.': '\u0301' };
const CUT_PATH = `labels["${'🛒'.repeat(31)}\ufffd…"]`;

function numberedLabels(count: number, prefix = 'key-'): Labels {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, 'v']));
}

function faultyFields(input: AlertInput): string[] {
  try {
    parseAlert(input, 'default', latestTimestamp());
    return [];
  } catch (error) {
    expect(error).to.instanceOf(InvalidAlertError);
    return (error as InvalidAlertError).violations.map(({ field }) => field);
  }
}

describe('parseAlert', () => {
  it('keeps the timestamp to the microsecond', () => {
    expect(parseAlert(good, 'default').timestampMicros).to.equal(1748871320683412);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4_102_444_800_000_000 }), micros => {
        const alert = parseAlert({ ...good, timestamp: micros / 1e6 }, 'default');
        expect(alert.timestampMicros).to.equal(micros);
        expect(timestampSeconds(alert)).to.equal(micros / 1e6);
      }),
    );
  });

  it('reads what it shows as the same microsecond, over the whole legal range', () => {
    const END_SECONDS = 253_402_300_800;
    const anySecond = fc.oneof(
      fc.double({ min: 5.1e-7, max: END_SECONDS, maxExcluded: true, noNaN: true }),
      // Where one double step is about a microsecond.
      fc.double({ min: 2 ** 32, max: 2 ** 33, noNaN: true }),
      fc.integer({ min: 1, max: END_SECONDS - 1 }),
    );
    fc.assert(
      fc.property(anySecond, seconds => {
        fc.pre(seconds.toFixed(6) !== END_SECONDS.toFixed(6));
        const alert = parseAlert({ ...good, timestamp: seconds }, 'default');
        const again = parseAlert({ ...good, timestamp: timestampSeconds(alert) }, 'default');
        expect(again).to.deep.equal(alert);
        expect(timestampSeconds(alert)).to.closeTo(seconds, Math.max(5.1e-7, seconds * Number.EPSILON));
      }),
      { numRuns: 20_000 },
    );
  });

  const accepted: [string, Partial<AlertInput>][] = [
    ['every legal uid character', { uid: 'Az09._:-' }],
    ['a uid of 128 characters', { uid: 'x'.repeat(128) }],
    ['an extension in capitals', { video: '/Videos/A.AVI' }],
    ['blanks, percent signs and letters of any script in the path', { video: '/vidéos/a 100%/日本.webm' }],
    ['a path of 1,024 characters beyond the basic plane', { video: `/${'🎥'.repeat(1_019)}.mp4` }],
    ['dots that are no parent folder', { video: '/videos/a..b/...mp4' }],
    ['a store name in any script', { store: 'Épicerie 東京 №5 🛒' }],
    ['a store of 128 characters beyond the basic plane', { store: '🛒'.repeat(128) }],
    ['a uid of dots that a URL keeps', { uid: '...' }],
    ['a path from right to left, with its marks', { video: '/\u200f\u0641\u064a\u062f\u064a\u0648\u200e.mp4' }],
    ['no labels', { labels: {} }],
    ['16 labels', { labels: numberedLabels(16) }],
    ['every legal character of a label, and the names of what every object has', { labels: LEGAL_LABELS }],
    ['a label key of 63 characters', { labels: { ['x'.repeat(63)]: 'v' } }],
    ['a label of 256 characters beyond the basic plane', { labels: { a: '🛒'.repeat(256) } }],
    ['a timestamp that is ahead by a time zone', { timestamp: Date.now() / 1_000 + 14 * 3_600 }],
  ];
  for (const [what, change] of accepted) {
    it(`accepts ${what}`, () => expect(faultyFields({ ...good, ...change })).to.deep.equal([]));
  }

  const refused: [string, Partial<AlertInput>, string][] = [
    ['an empty uid', { uid: '' }, 'uid'],
    ['a uid of 129 characters', { uid: 'x'.repeat(129) }, 'uid'],
    ['a blank in the uid', { uid: 'a 1' }, 'uid'],
    ['a line break after the uid', { uid: 'a\n' }, 'uid'],
    ['a dot as uid, which clients leave out of a path', { uid: '.' }, 'uid'],
    ['two dots as uid', { uid: '..' }, 'uid'],
    ['a relative path', { video: 'videos/a.mp4' }, 'video'],
    ['a URL', { video: 'http://example.com/a.mp4' }, 'video'],
    ['a parent folder', { video: '/videos/../a.mp4' }, 'video'],
    ['another extension', { video: '/videos/a.exe' }, 'video'],
    ['an extension without a name', { video: '/videos/.mp4' }, 'video'],
    ['a query', { video: '/videos/a.php?x=.mp4' }, 'video'],
    ['a zero byte', { video: '/videos/a\0.mp4' }, 'video'],
    ['a backslash', { video: '/videos\\..\\a.mp4' }, 'video'],
    ['a lone surrogate', { video: '/videos/\ud800.mp4' }, 'video'],
    ['a path of 1,025 characters', { video: `/${'x'.repeat(1020)}.mp4` }, 'video'],
    ['a C1 control in the path', { video: '/videos/a\u0085.mp4' }, 'video'],
    ['a bidi override in the path', { video: '/videos/\u202e4pm.mp4' }, 'video'],
    ['a bidi isolate in the path', { video: '/videos/\u2067.mp4' }, 'video'],
    ['a line separator in the path', { video: '/videos/\u2028.mp4' }, 'video'],
    ['two days ahead of now', { timestamp: Date.now() / 1_000 + 2 * 86_400 }, 'timestamp'],
    ['the end of the year 9999', { timestamp: 253_402_300_799 }, 'timestamp'],
    ['no timestamp', { timestamp: 0 }, 'timestamp'],
    ['a timestamp that rounds to none', { timestamp: 4.9e-7 }, 'timestamp'],
    ['the year 10000', { timestamp: 253_402_300_800 }, 'timestamp'],
    ['a negative timestamp', { timestamp: -1 }, 'timestamp'],
    ['NaN', { timestamp: Number.NaN }, 'timestamp'],
    ['milliseconds', { timestamp: 1748871320683 }, 'timestamp'],
    ['an empty store', { store: '' }, 'store'],
    ['a control character in the store', { store: 'store\t42' }, 'store'],
    ['a store of blanks', { store: '   ' }, 'store'],
    ['a store that shows nothing', { store: '\u3164 \u2800' }, 'store'],
    ['a C1 control in the store', { store: 'store\u009b42' }, 'store'],
    ['a bidi override in the store', { store: 'store\u202e42' }, 'store'],
    ['a store of 129 characters', { store: 'x'.repeat(129) }, 'store'],
    ['17 labels', { labels: numberedLabels(17) }, 'labels'],
    ['17 labels whose keys are wrong too', { labels: numberedLabels(17, ' ') }, 'labels'],
    ['an empty label key', { labels: { '': 'v' } }, 'labels[""]'],
    ['a label key that begins with a dot', { labels: { '.a': 'v' } }, 'labels[".a"]'],
    ['a line break after a label key', { labels: { 'a\n': 'v' } }, 'labels["a\\n"]'],
    ['a label key beyond ASCII', { labels: { é: 'v' } }, 'labels["é"]'],
    ['the label key __proto__', { labels: JSON.parse('{"__proto__":"v"}') }, 'labels["__proto__"]'],
    ['a label key of 64 characters', { labels: { ['x'.repeat(64)]: 'v' } }, `labels["${'x'.repeat(63)}…"]`],
    ['a label key that would be cut within a character', { labels: { ['🛒'.repeat(32)]: 'v' } }, CUT_PATH],
    ['a control character in a label', { labels: { ok: '', a: 'v\t' } }, 'labels["a"]'],
    ['a lone surrogate in a label', { labels: { a: '\ud800' } }, 'labels["a"]'],
    ['a bidi override in a label', { labels: { a: '\u202e' } }, 'labels["a"]'],
    ['a label of 257 characters', { labels: { a: 'x'.repeat(257) } }, 'labels["a"]'],
  ];
  for (const [what, change, field] of refused) {
    it(`refuses ${what} and names ${field}`, () => expect(faultyFields({ ...good, ...change })).to.deep.equal([field]));
  }

  it('keeps labels in one order, without what the object inherits, and none where there are none', () => {
    const given = Object.assign(Object.create({ inherited: 'v' }), { b: '1', a: '', B: '2', 'a/b': '3' });
    const { labels = {} } = parseAlert({ ...good, labels: given }, 'default');
    expect(Object.entries(labels)).to.deep.equal([
      ['B', '2'],
      ['a', ''],
      ['a/b', '3'],
      ['b', '1'],
    ]);
    expect(parseAlert({ ...good, labels: LEGAL_LABELS }, 'default').labels).to.deep.equal(LEGAL_LABELS);
    for (const none of [good, { ...good, labels: {} }])
      expect(parseAlert(none, 'default')).to.not.have.property('labels');
  });

  it('names the first of many wrong labels, each once', () => {
    const labels = { ...numberedLabels(8, ' '), 'also wrong': '\n' };
    const named = faultyFields({ ...good, uid: '', labels });
    expect(named).to.deep.equal(['uid', 'labels[" 0"]', 'labels[" 1"]', 'labels[" 2"]', 'labels[" 3"]']);
  });

  it('names every wrong field at once', () => {
    expect(faultyFields({ uid: '', video: '', timestamp: 0, store: '', labels: { '': '' } })).to.deep.equal([
      'uid',
      'video',
      'timestamp',
      'store',
      'labels[""]',
    ]);
  });
});
