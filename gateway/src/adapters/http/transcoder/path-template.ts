/** One segment that a path must have; `rest` matches any number of them, and may only be the last. */
type Segment = { readonly kind: 'literal'; readonly value: string } | { readonly kind: 'any' | 'rest' };

interface Variable {
  /** The request's field, outermost first. */
  readonly fieldPath: readonly string[];
  /** Index of its first segment. */
  readonly from: number;
  /** Index after its last segment; `undefined` reaches to the end. */
  readonly to: number | undefined;
}

export interface PathTemplate {
  readonly source: string;
  readonly segments: readonly Segment[];
  readonly variables: readonly Variable[];
  /** What follows a colon at the end: `batch` in `/v1/alerts:batch`. */
  readonly verb: string | undefined;
}

export interface Capture {
  readonly fieldPath: readonly string[];
  readonly value: string;
}

/** A path whose percent-encoding is broken. */
export class MalformedPathError extends Error {
  override readonly name = 'MalformedPathError';
}

export class PathTemplateError extends Error {
  override readonly name = 'PathTemplateError';

  constructor(source: string, problem: string) {
    super(`The path template ${source} is wrong: ${problem}.`);
  }
}

const FORM = /^((?:\/(?:[^/{}:]+|\{[^{}]+\}))+)(?::([^/:{}]+))?$/;
/** A segment, or a whole variable with the slashes in it. */
const PIECE = /\/(?:\{([\w.]+)(?:=([^{}]+))?\}|([^/{}]+))/g;

/**
 * Reads a template by the grammar of `google.api.HttpRule`: `/v1/{name=shelves/*}/books/**:verb`.
 *
 * @throws PathTemplateError
 */
export function parsePathTemplate(source: string): PathTemplate {
  const form = FORM.exec(source);
  if (form === null) throw new PathTemplateError(source, 'it has not the form /segment/{field=*}:verb');
  const [, path = '', verb] = form;
  const segments: Segment[] = [];
  const variables: Variable[] = [];
  let length = 0;
  for (const [piece, field, pattern = '*', plain] of path.matchAll(PIECE)) {
    length += piece.length;
    const from = segments.length;
    segments.push(...(plain ?? pattern).split('/').map(parseSegment));
    if (field === undefined) continue;
    const to = segments.at(-1)?.kind === 'rest' ? undefined : segments.length;
    variables.push({ fieldPath: field.split('.'), from, to });
  }
  if (length !== path.length) throw new PathTemplateError(source, 'a variable has no field name');
  if (segments.slice(0, -1).some(({ kind }) => kind === 'rest')) {
    throw new PathTemplateError(source, '** may only be the last segment');
  }
  return { source, segments, variables, verb };
}

function parseSegment(text: string): Segment {
  if (text === '*') return { kind: 'any' };
  if (text === '**') return { kind: 'rest' };
  return { kind: 'literal', value: text };
}

/**
 * The values of the template's variables, decoded, or `undefined` where the path doesn't match.
 *
 * @param path still percent-encoded, so that an encoded slash or colon is not mistaken for a real one
 * @throws MalformedPathError
 */
export function matchPath(template: PathTemplate, path: string): readonly Capture[] | undefined {
  const bare = withoutVerb(path, template.verb);
  if (bare === undefined) return undefined;
  const found = bare.split('/').slice(1);
  if (!matchSegments(template.segments, found)) return undefined;
  return template.variables.map(({ fieldPath, from, to }) => ({
    fieldPath,
    value: to === from + 1 ? decode(found[from] ?? '') : decodeSegments(found.slice(from, to)),
  }));
}

function withoutVerb(path: string, verb: string | undefined): string | undefined {
  if (verb === undefined) return path;
  return path.endsWith(`:${verb}`) ? path.slice(0, -verb.length - 1) : undefined;
}

function matchSegments(segments: readonly Segment[], found: readonly string[]): boolean {
  const isOpen = segments.at(-1)?.kind === 'rest';
  if (isOpen ? found.length < segments.length - 1 : found.length !== segments.length) return false;
  return segments.every((segment, index) => {
    if (segment.kind === 'literal') return segment.value === found[index];
    return segment.kind === 'rest' || found[index] !== '';
  });
}

/** Over several segments an encoded slash stays encoded, or it would look like one between segments. */
function decodeSegments(segments: readonly string[]): string {
  return segments
    .join('/')
    .split(/(%2f)/i)
    .map(part => (/^%2f$/i.test(part) ? part : decode(part)))
    .join('');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new MalformedPathError(`${text} is not percent-encoded UTF-8`, { cause });
  }
}

/** Orders templates so that the more specific one is tried first: a verb, then literals before wildcards. */
export function compareTemplates(a: PathTemplate, b: PathTemplate): number {
  const byVerb = Number(b.verb !== undefined) - Number(a.verb !== undefined);
  if (byVerb !== 0) return byVerb;
  for (let index = 0; index < Math.max(a.segments.length, b.segments.length); index++) {
    const byKind = rank(a.segments[index]) - rank(b.segments[index]);
    if (byKind !== 0) return byKind;
  }
  return 0;
}

function rank(segment: Segment | undefined): number {
  if (segment === undefined) return 3;
  return { literal: 0, any: 1, rest: 2 }[segment.kind];
}
