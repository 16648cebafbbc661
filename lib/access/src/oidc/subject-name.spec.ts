import { expect } from 'chai';
import fc from 'fast-check';
import { subjectName } from './subject-name.ts';

describe('subjectName', () => {
  it('leaves names as they are that can be shown', () => {
    for (const sub of ['camera', 'auth0|5f7c8ec7c33c6c004bbafe82', 'ada@example.com']) {
      expect(subjectName(sub)).to.equal(sub);
    }
  });

  it('gives each other one a name of its own that any row, header and log takes', () => {
    const strange = fc.string({ unit: 'binary', maxLength: 200 }).filter(sub => subjectName(sub) !== sub);
    fc.assert(
      fc.property(strange, strange, (one, other) => {
        expect(subjectName(one)).to.match(/^sha256:[\w-]{43}$/);
        if (one !== other) expect(subjectName(one)).not.to.equal(subjectName(other));
      }),
    );
  });
});
