/** What a client sends. */
export interface GeneratedAlert {
  readonly uid: string;
  readonly video: string;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly store: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Characters that a text may hold, and those that it holds more often than the others. */
interface Alphabet {
  readonly all: readonly string[];
  readonly often: readonly string[];
}

const EXTENSIONS = ['mp4', 'avi', 'mov', 'mkv', 'webm', 'ts', 'flv', 'wmv', 'mpg', 'm4v', '3gp', 'MP4', 'WebM'];
const LONGEST = { uid: 128, store: 128, video: 1_024, labelKey: 63, label: 256 };
const MAX_LABELS = 16;
/** Some of all letters, so that a text is seldom of one script alone. */
const OFTEN = [...`aZ09 _-.'"\\/%&+<>{}[]:;,~|$!*()@^\`=`];

/**
 * Alerts that break no rule, from all over what each field may be: every character, the least and the greatest length,
 * times from the first microsecond of 1970 to now. The same seed gives the same alerts.
 */
export function* generateAlerts(count: number, seed: number): Generator<GeneratedAlert> {
  const random = new Xorshift(seed);
  alphabets ??= findAlphabets();
  const { uid, video, store, labelKey } = alphabets;
  const nowMicros = Date.now() * 1_000;
  for (let index = 0; index < count; index++) {
    yield {
      // The number keeps it unique.
      uid: `${random.text(uid, LONGEST.uid - 10)}.${index.toString(36)}`,
      video: videoOf(random, video),
      timestamp: timestampOf(random, nowMicros),
      // Not of marks and blanks alone.
      store: `${random.text(store, LONGEST.store - 1)}s`,
      labels: labelsOf(random, labelKey, store),
    };
  }
}

interface Alphabets {
  readonly uid: Alphabet;
  readonly video: Alphabet;
  readonly store: Alphabet;
  readonly labelKey: Alphabet;
}

/** Finding them takes a look at each character there is. */
let alphabets: Alphabets | undefined;

function findAlphabets(): Alphabets {
  const uid = alphabetOf(/^[A-Za-z0-9._:-]$/);
  const store = alphabetOf(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what may not be there
  const video = alphabetOf(/^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\\?#/]$/u);
  return { uid, video, store, labelKey: alphabetOf(/^[A-Za-z0-9._/-]$/) };
}

/** The alert as it is stored and shown: its time is kept to the microsecond. */
export function asShown(alert: GeneratedAlert): GeneratedAlert {
  return { ...alert, timestamp: Number(alert.timestamp.toFixed(6)) };
}

function videoOf(random: Xorshift, alphabet: Alphabet): string {
  const extension = random.pick(EXTENSIONS);
  const name = `${random.text(alphabet, LONGEST.video - '/x/.webm'.length)}x`;
  // A folder of two dots is none that a path may hold; one of a dot, or of nothing, is.
  const split = random.integer(0, 3) === 0 ? '/' : '';
  return `/${split}${name}.${extension}`;
}

/** Often none. */
function labelsOf(random: Xorshift, key: Alphabet, value: Alphabet): Record<string, string> {
  const count = random.pick([0, 0, 1, random.integer(0, MAX_LABELS), MAX_LABELS]);
  const entries = Array.from({ length: count }, (): [string, string] => {
    const first = random.pick(['a', 'Z', '0', '9']);
    return [`${first}${random.text(key, LONGEST.labelKey - 1)}`, random.text(value, LONGEST.label)];
  });
  return Object.fromEntries(entries);
}

function timestampOf(random: Xorshift, nowMicros: number): number {
  const micros = random.integer(1, nowMicros);
  switch (random.integer(0, 3)) {
    case 0:
      return Math.max(1, Math.floor(micros / 1e6));
    case 1:
      return Math.max(1, Math.floor(micros / 1e3)) / 1e3;
    case 2:
      // More digits than are kept.
      return Math.max(1, micros - 1) / 1e6 + random.integer(0, 999) / 1e9;
    default:
      return micros / 1e6;
  }
}

function alphabetOf(legal: RegExp): Alphabet {
  const all: string[] = [];
  for (let codePoint = 0x20; codePoint <= 0x10ffff; codePoint++) {
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
    const character = String.fromCodePoint(codePoint);
    if (legal.test(character)) all.push(character);
  }
  return { all, often: OFTEN.filter(character => legal.test(character)) };
}

/** A generator after Marsaglia's xorshift: quick, and good enough for test data. */
class Xorshift {
  #a: number;
  #b: number;

  constructor(seed: number) {
    this.#a = seed | 0 || 1;
    this.#b = 0x9e3779b9 | 0;
  }

  /** Both bounds included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.#fraction() * (max - min + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)] as T;
  }

  /** Of up to so many characters; often few, and often as many as there may be. */
  text({ all, often }: Alphabet, maxLength: number): string {
    const length = this.pick([0, this.integer(0, 12), this.integer(0, 12), this.integer(0, maxLength), maxLength]);
    const share = this.#fraction();
    let text = '';
    for (let index = 0; index < length; index++) text += this.pick(this.#fraction() < share ? often : all);
    return text;
  }

  /** From 0 to less than 1, in steps of 2^-53. */
  #fraction(): number {
    return (this.#next() * 2 ** 21 + (this.#next() >>> 11)) / 2 ** 53;
  }

  #next(): number {
    let t = this.#a ^ (this.#a << 10);
    t ^= t >>> 13;
    this.#a = this.#b;
    this.#b = this.#b ^ (this.#b >>> 10) ^ t;
    return this.#b >>> 0;
  }
}

/** How many alerts a spec tries: a few thousand, or as many as `npm run round-trip -- COUNT` asks for. */
export const GENERATED_ALERTS = Number(process.env.GENERATED_ALERTS ?? 500);
/** Another one each day, so that test runs differ and a failure can be repeated. */
export const GENERATED_ALERTS_SEED = Number(process.env.GENERATED_ALERTS_SEED ?? Math.floor(Date.now() / 86_400_000));
