import { expect } from 'chai';
import { applyEdits } from './apply-edits.ts';
import { findDialectEdits } from './chai-dialect.ts';

// In parts, so that this file keeps to the dialect itself.
const EXPECT = 'expect';

describe('findDialectEdits', () => {
  const cases: [written: string, wanted: string][] = [
    ['(x).equal(1)', '(x).to.equal(1)'],
    ['(x).not.equal(1)', '(x).to.not.equal(1)'],
    ['(() => f(")")).throws(/a/)', '(() => f(")")).to.throw(/a/)'],
    ['(x).property("a").equals(2)', '(x).to.property("a").equal(2)'],
    ['(x)\n  .include({ a: 1 })\n  .and.eql([])', '(x)\n  .to.include({ a: 1 })\n  .and.deep.equal([])'],
    ['(x).is.below(3)', '(x).to.be.below(3)'],
    ['((await y).z).lengthOf(2)', '((await y).z).to.lengthOf(2)'],
  ];
  for (const [written, wanted] of cases) {
    it(`wants ${wanted.replaceAll(/\s+/g, ' ')} for ${written.replaceAll(/\s+/g, ' ')}`, () => {
      const text = `${EXPECT}${written};`;
      expect(applyEdits(text, findDialectEdits('a.spec.ts', text))).to.equal(`${EXPECT}${wanted};`);
    });
  }

  for (const written of ['(x).to.equal(1)', '(x).not.to.equal(1)', '(x).to.be.below(3)', '(x)']) {
    it(`leaves ${written}`, () => expect(findDialectEdits('a.spec.ts', `${EXPECT}${written};`)).to.deep.equal([]));
  }
});
