import { expect } from 'chai';
import fc from 'fast-check';
import {
  compareTemplates,
  MalformedPathError,
  matchPath,
  PathTemplateError,
  parsePathTemplate,
} from './path-template.ts';

function match(template: string, path: string): Record<string, string> | undefined {
  const captures = matchPath(parsePathTemplate(template), path);
  return captures && Object.fromEntries(captures.map(({ fieldPath, value }) => [fieldPath.join('.'), value]));
}

describe('path template', () => {
  const cases: [template: string, path: string, Record<string, string> | undefined][] = [
    ['/v1/alerts', '/v1/alerts', {}],
    ['/v1/alerts', '/v1/alerts/', undefined],
    ['/v1/alerts', '/v1/alertsx', undefined],
    ['/v1/alerts/{uid}', '/v1/alerts/a', { uid: 'a' }],
    ['/v1/alerts/{uid}', '/v1/alerts/', undefined],
    ['/v1/alerts/{uid}', '/v1/alerts/a/b', undefined],
    ['/v1/alerts/{uid}', '/v1/alerts/a:b', { uid: 'a:b' }],
    ['/v1/alerts/{uid}', '/v1/alerts/a%3Ab', { uid: 'a:b' }],
    ['/v1/alerts/{uid}', '/v1/alerts/a%2Fb', { uid: 'a/b' }],
    ['/v1/alerts/{uid}', '/v1/alerts/%C3%A9+', { uid: 'é+' }],
    ['/v1/alerts/{uid}/poster', '/v1/alerts/a/poster', { uid: 'a' }],
    ['/v1/alerts:batch', '/v1/alerts:batch', {}],
    ['/v1/alerts:batch', '/v1/alerts', undefined],
    ['/v1/alerts:batch', '/v1/alerts%3Abatch', undefined],
    ['/v1/alerts/{uid}:redrive', '/v1/alerts/a:b:redrive', { uid: 'a:b' }],
    ['/v1/alerts/{uid}:redrive', '/v1/alerts/:redrive', undefined],
    ['/v1/{alert.uid}', '/v1/x', { 'alert.uid': 'x' }],
    ['/v1/{name=shelves/*}', '/v1/shelves/1', { name: 'shelves/1' }],
    ['/v1/{name=shelves/*}', '/v1/books/1', undefined],
    ['/v1/{name=shelves/*/books/*}:read', '/v1/shelves/1/books/2:read', { name: 'shelves/1/books/2' }],
    ['/v1/{name=shelves/*}', '/v1/shelves/a%2Fb%20c', { name: 'shelves/a%2Fb c' }],
    ['/v1/{name=files/**}', '/v1/files/a/b/c', { name: 'files/a/b/c' }],
    ['/v1/{name=**}', '/v1/', { name: '' }],
    ['/v1/*/x/**', '/v1/any/x/1/2', {}],
    ['/v1/*/x/**', '/v1/any/y/1/2', undefined],
  ];
  for (const [template, path, expected] of cases) {
    it(`${template} ${expected === undefined ? 'refuses' : 'takes'} ${path}`, () => {
      expect(match(template, path)).to.deep.equal(expected);
    });
  }

  it('gives back any uid that was percent-encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), uid => {
        expect(match('/v1/alerts/{uid}', `/v1/alerts/${encodeURIComponent(uid)}`)).to.deep.equal({ uid });
      }),
    );
  });

  it('gives back several segments with only their encoded slashes left', () => {
    const segment = fc.string({ unit: 'grapheme', minLength: 1 }).filter(text => !text.includes('%'));
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), segments => {
        const path = segments.map(encodeURIComponent).join('/');
        const name = segments.map(text => text.replaceAll('/', '%2F')).join('/');
        expect(match('/v1/{name=**}', `/v1/${path}`)).to.deep.equal({ name });
      }),
    );
  });

  it('refuses broken percent-encoding', () => {
    for (const uid of ['%', '%zz', '%C3']) {
      expect(() => match('/v1/alerts/{uid}', `/v1/alerts/${uid}`)).to.throw(MalformedPathError);
    }
  });

  it('refuses a template that makes no sense', () => {
    for (const source of ['', 'v1', '/', '/v1/{}', '/v1/{=*}', '/v1/**/x', '/v1/{a=**}/x', '/v1/{a']) {
      expect(() => parsePathTemplate(source), source).to.throw(PathTemplateError);
    }
  });

  it('orders verbs before literals before wildcards', () => {
    const sources = ['/v1/**', '/v1/{a}', '/v1/alerts', '/v1/{a}:go', '/v1/alerts:go'];
    const sorted = sources.map(parsePathTemplate).sort(compareTemplates);
    expect(sorted.map(({ source }) => source)).to.deep.equal([
      '/v1/alerts:go',
      '/v1/{a}:go',
      '/v1/alerts',
      '/v1/{a}',
      '/v1/**',
    ]);
  });
});
