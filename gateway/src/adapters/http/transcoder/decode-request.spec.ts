import { type JsonValue, toJson } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { shortestRunMs } from '@vigie/dev-env/testing';
import { BadRequestSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { decodeRequest } from './decode-request.ts';
import { type HttpBinding, httpBindings } from './http-binding.ts';
import { matchPath } from './path-template.ts';
import { libraryMethod } from './testing/library-service.ts';

const bindings = httpBindings(libraryMethod('Find'));

function decode(httpMethod: string, path: string, query = '', body?: JsonValue): JsonValue {
  const binding = bindings.find(each => each.httpMethod === httpMethod) as HttpBinding;
  const captures = matchPath(binding.template, path) ?? [];
  return toJson(binding.method.input, decodeRequest(binding, { captures, query, body }));
}

function search(query: string): JsonValue {
  return decode('SEARCH', '/v1/books', query);
}

function violationsOf(work: () => unknown): Record<string, string> {
  try {
    work();
  } catch (error) {
    expect(error).to.be.instanceOf(ConnectError);
    expect((error as ConnectError).code).to.equal(Code.InvalidArgument);
    const [detail] = (error as ConnectError).findDetails(BadRequestSchema);
    return Object.fromEntries(detail?.fieldViolations.map(v => [v.field, v.description]) ?? []);
  }
  throw new Error('The request was accepted.');
}

describe('decodeRequest', () => {
  const readable: [query: string, expected: JsonValue][] = [
    ['name=a%20b+c%2Bd', { name: 'a b c+d' }],
    ['max_count=5', { maxCount: 5 }],
    ['maxCount=5', { maxCount: 5 }],
    ['big=9007199254740993', { big: '9007199254740993' }],
    ['exact=true', { exact: true }],
    ['exact=1', { exact: true }],
    ['kind=ATLAS', { kind: 'ATLAS' }],
    ['kind=atlas', { kind: 'ATLAS' }],
    ['kind=2', { kind: 'ATLAS' }],
    ['kinds=novel&kinds=2', { kinds: ['NOVEL', 'ATLAS'] }],
    ['tags=a&tags=b', { tags: ['a', 'b'] }],
    ['tags=a,b', { tags: ['a,b'] }],
    ['ratio=0.25', { ratio: 0.25 }],
    ['raw=AAEC', { raw: 'AAEC' }],
    ['since=2025-06-02T14:02:00.68Z', { since: '2025-06-02T14:02:00.680Z' }],
    ['since=2025-06-02T16:02:00%2B02:00', { since: '2025-06-02T14:02:00Z' }],
    ['since=2025-06-02T16:02:00+02:00', { since: '2025-06-02T14:02:00Z' }],
    ['since=1748871320', { since: '2025-06-02T13:35:20Z' }],
    ['since=1748871320.68', { since: '2025-06-02T13:35:20.680Z' }],
    ['since=1748871320.123456789', { since: '2025-06-02T13:35:20.123456789Z' }],
    ['since=-1.5', { since: '1969-12-31T23:59:58.500Z' }],
    ['within=1.5s', { within: '1.500s' }],
    ['within=90', { within: '90s' }],
    ['title=x', { title: 'x' }],
    ['flag=FALSE', { flag: false }],
    ['mask=name,maxCount', { mask: 'name,maxCount' }],
    ['shelf.name=x&shelf.row_count=3&shelf.kind=novel', { shelf: { name: 'x', rowCount: 3, kind: 'NOVEL' } }],
    ['shelf.rowCount=3', { shelf: { rowCount: 3 } }],
    ['page=0', { page: 0 }],
    ['name=&page=&kind=&since=&tags=', {}],
    ['tags=&tags=a', { tags: ['a'] }],
  ];
  for (const [query, expected] of readable) {
    it(`reads ?${query}`, () => {
      expect(search(query)).to.deep.equal(expected);
    });
  }

  const wrong: [query: string, parameter: string, description: RegExp][] = [
    ['nmae=x', 'nmae', /unknown parameter; there are name, max_count,/],
    ['shelf.nix=1', 'shelf.nix', /unknown parameter/],
    ['__proto__.x=1', '__proto__.x', /unknown parameter/],
    ['max_count=many', 'max_count', /must be .*int32.*"many"/],
    ['max_count=3000000000', 'max_count', /int32/],
    ['max_count=1&max_count=2', 'max_count', /only once/],
    ['exact=maybe', 'exact', /true or false/],
    ['kind=poem', 'kind', /one of KIND_UNSPECIFIED, NOVEL, ATLAS/],
    ['since=yesterday', 'since', /RFC 3339|timestamp/i],
    ['since=99999999999999999', 'since', /years 1 to 9999/],
    ['since=999999999999', 'since', /years 1 to 9999|timestamp/i],
    ['within=soon', 'within', /^must be a duration .*, not "soon"$/],
    ['within=999999999999s', 'within', /^must be a duration .*, not "999999999999s"$/],
    ['within=NaN', 'within', /^must be a duration/],
    ['shelf=x', 'shelf', /after a dot: name, row_count, kind/],
    ['labels=x', 'labels', /map/],
    ['raw=%', 'raw', /./],
    ['max_count=0x10', 'max_count', /must be a number .*"0x10"/],
    ['ratio=0b1', 'ratio', /must be a number/],
  ];
  for (const [query, parameter, description] of wrong) {
    it(`refuses ?${query}`, () => {
      const found = violationsOf(() => search(query));
      expect(Object.keys(found)).to.deep.equal([parameter]);
      expect(found[parameter]).to.match(description);
    });
  }

  it('names every wrong parameter at once', () => {
    expect(Object.keys(violationsOf(() => search('nix=1&exact=x&max_count=2&page=y')))).to.deep.equal([
      'nix',
      'exact',
      'page',
    ]);
  });

  it('never throws anything but INVALID_ARGUMENT, whatever the query', () => {
    const name = fc.constantFrom('name', 'since', 'within', 'kind', 'raw', 'shelf.kind', 'big', 'mask', 'x', '');
    const pair = fc.tuple(name, fc.string()).map(([key, value]) => `${key}=${value}`);
    fc.assert(
      fc.property(fc.array(pair), pairs => {
        try {
          search(pairs.join('&'));
        } catch (error) {
          expect((error as ConnectError).code).to.equal(Code.InvalidArgument);
        }
      }),
    );
  });

  it('keeps any Unix timestamp to the nanosecond', () => {
    const seconds = fc.integer({ min: 0, max: 253_402_300_799 });
    fc.assert(
      fc.property(seconds, fc.integer({ min: 0, max: 999_999_999 }), (whole, nanos) => {
        const text = `${whole}.${String(nanos).padStart(9, '0')}`;
        const { since } = search(`since=${text}`) as { since: string };
        const [, fraction = ''] = /\.(\d+)Z$/.exec(since) ?? [];
        expect(Math.floor(Date.parse(since) / 1000)).to.equal(whole);
        expect(Number(fraction.padEnd(9, '0'))).to.equal(nanos);
      }),
    );
  });

  it('takes path, query and body together', () => {
    expect(decode('GET', '/v1/shelves/1/books', 'max_count=2')).to.deep.equal({
      name: 'shelves/1',
      maxCount: 2,
    });
    expect(decode('POST', '/v1/books:find', '', { name: 'x', max_count: 2, shelf: { rowCount: 1 } })).to.deep.equal({
      name: 'x',
      maxCount: 2,
      shelf: { rowCount: 1 },
    });
    expect(decode('PUT', '/v1/books/x', '', { shelf: { name: 'other', rowCount: 1 } })).to.deep.equal({
      shelf: { name: 'x', rowCount: 1 },
    });
    expect(decode('PATCH', '/v1/books/x', 'exact=true', { rowCount: 1 })).to.deep.equal({
      name: 'x',
      exact: true,
      shelf: { rowCount: 1 },
    });
    expect(decode('PATCH', '/v1/books/x')).to.deep.equal({ name: 'x' });
    expect(decode('POST', '/v1/books:find')).to.deep.equal({});
  });

  it('refuses a query parameter that the body or the path gives already', () => {
    expect(violationsOf(() => decode('POST', '/v1/books:find', 'name=x', {}))).to.have.keys('name');
    expect(violationsOf(() => decode('PATCH', '/v1/books/x', 'shelf.name=y'))).to.have.keys('shelf.name');
    expect(violationsOf(() => decode('PATCH', '/v1/books/x', 'name=y'))).to.have.keys('name');
  });

  it('names the first wrong parameters of thousands, in no time', async () => {
    const names = Array.from({ length: 4_000 }, (_, index) => `${index}=1`).join('&');
    expect(Object.keys(violationsOf(() => search(names)))).to.have.lengthOf(20);
    const elapsedMs = await shortestRunMs(500, async () => {
      const startedAt = performance.now();
      violationsOf(() => search(names));
      violationsOf(() => search(`since=${'T'.repeat(100_000)}`));
      return performance.now() - startedAt;
    });
    expect(elapsedMs).to.be.below(500);
  });

  it('names each violation in a body by its path in that body', () => {
    const body = {
      nix: 1,
      maxCount: 'many',
      shelf: { nmae: 'x', kind: 'POEM' },
      shelves: [{ name: 'ok' }, { name: 5 }, 7],
      since: 'yesterday',
      title: null,
    };
    const found = violationsOf(() => decode('POST', '/v1/books:find', '', body));
    expect(found).to.have.keys('nix', 'maxCount', 'shelf.nmae', 'shelf.kind', 'shelves[1].name', 'shelves[2]', 'since');
    expect(found.nix).to.match(/unknown; there are name, maxCount/);
    expect(violationsOf(() => decode('PATCH', '/v1/books/x', '', { nmae: 1 }))).to.have.keys('nmae');
  });

  it('reads in a body what it reads in a query', () => {
    const forms: [body: { [key: string]: JsonValue }, expected: JsonValue][] = [
      [
        { maxCount: '5', ratio: '0.25', big: '9007199254740993' },
        { maxCount: 5, ratio: 0.25, big: '9007199254740993' },
      ],
      [
        { exact: 'TRUE', flag: '0' },
        { exact: true, flag: false },
      ],
      [
        { kind: 'atlas', kinds: ['novel', '2', 2] },
        { kind: 'ATLAS', kinds: ['NOVEL', 'ATLAS', 'ATLAS'] },
      ],
      [{ since: 1748871320.5 }, { since: '2025-06-02T13:35:20.500Z' }],
      [{ since: '1748871320.123456789' }, { since: '2025-06-02T13:35:20.123456789Z' }],
      [
        { since: '2025-06-02T16:02:00+02:00', within: 90 },
        { since: '2025-06-02T14:02:00Z', within: '90s' },
      ],
      [{ name: '', max_count: '', kind: '', since: '', exact: '' }, {}],
      [{ shelf: { row_count: '3', kind: 'novel' } }, { shelf: { rowCount: 3, kind: 'NOVEL' } }],
      [{ shelves: [{ kind: 'atlas' }] }, { shelves: [{ kind: 'ATLAS' }] }],
    ];
    for (const [body, expected] of forms) expect(decode('POST', '/v1/books:find', '', body)).to.deep.equal(expected);
  });

  it('names what has no form at all beside what has a wrong type', () => {
    const body = { max_count: '0x10', name: 5, kind: 'poem', shelves: [{ rowCount: ' 1' }, null] };
    const found = violationsOf(() => decode('POST', '/v1/books:find', '', body));
    expect(found).to.have.keys('max_count', 'name', 'kind', 'shelves[0].rowCount', 'shelves[1]');
  });

  it('reads a map in a body, whatever its keys', () => {
    const labels = JSON.parse('{"a":"","constructor":"x","__proto__":"y"}') as JsonValue;
    const { labels: read = {} } = decode('POST', '/v1/books:find', '', { labels }) as { labels?: object };
    expect(Object.entries(read)).to.deep.equal(Object.entries(labels as object));
    expect(decode('POST', '/v1/books:find', '', { labels: null })).to.deep.equal({});
  });

  const wrongMaps: [labels: string, field: string, description: string][] = [
    ['[]', 'labels', 'must be a JSON object, not []'],
    ['"a"', 'labels', 'must be a JSON object, not "a"'],
    ['7', 'labels', 'must be a JSON object, not 7'],
    ['{"ok":"","camera":3}', 'labels["camera"]', 'must be a string, not 3'],
    ['{"a":null}', 'labels["a"]', 'must be a string, not null'],
    ['{"a":{"b":"c"}}', 'labels["a"]', 'must be a string, not {"b":"c"}'],
    ['{"a\\"\\n":["b"]}', 'labels["a\\"\\n"]', 'must be a string, not ["b"]'],
    ['{"__proto__":1}', 'labels["__proto__"]', 'must be a string, not 1'],
  ];
  for (const [labels, field, description] of wrongMaps) {
    it(`refuses the map ${labels} and names what is wrong in it`, () => {
      const body = { labels: JSON.parse(labels) as JsonValue };
      expect(violationsOf(() => decode('POST', '/v1/books:find', '', body))).to.deep.equal({ [field]: description });
    });
  }

  it('refuses what is no Unicode in a map', () => {
    for (const labels of [{ a: '\ud800' }, { '\ud800': 'a' }]) {
      const found = violationsOf(() => decode('POST', '/v1/books:find', '', { labels }));
      expect(Object.keys(found)).to.have.lengthOf(1);
      expect(Object.keys(found)[0]).to.match(/^labels\[/);
    }
  });

  it('names the first wrong entries of a map of many thousands, in no time', async () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `key-${index}`);
    const find = (labels: Record<string, JsonValue>) =>
      Object.keys(violationsOf(() => decode('POST', '/v1/books:find', '', { labels })));
    expect(find(Object.fromEntries(keys.map((key, index) => [key, index])))).to.have.lengthOf(20);
    const wrongAtTheEnd = { ...Object.fromEntries(keys.map(key => [key, ''])), last: 1 };
    const elapsedMs = await shortestRunMs(500, async () => {
      const startedAt = performance.now();
      expect(find(wrongAtTheEnd)).to.deep.equal(['labels["last"]']);
      return performance.now() - startedAt;
    });
    expect(elapsedMs).to.be.below(500);
  });

  it('refuses a body that is not an object', () => {
    for (const body of [null, 1, 'x', [], true]) {
      expect(violationsOf(() => decode('POST', '/v1/books:find', '', body))).to.have.keys('body');
    }
    expect(Object.values(violationsOf(() => decode('PATCH', '/v1/books/x', '', [1])))).to.have.lengthOf(1);
  });
});
