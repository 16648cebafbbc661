import { expect } from 'chai';
import { valueDifferences } from './value-differences.ts';

describe('valueDifferences', () => {
  const values = { 'a.mp4': { kind: 'media', video: { width: 320, profile: null } }, 'b.mp4': { kind: 'failure' } };

  it('finds none where all machines say the same', () => {
    expect(
      valueDifferences(
        new Map([
          ['one', values],
          ['other', structuredClone(values)],
        ]),
      ),
    ).to.deep.equal([]);
  });

  it('names file, field and machines of each that differs, and of what only one of them says', () => {
    const other = { ...values, 'a.mp4': { kind: 'media', video: { width: 322 } } };
    expect(
      valueDifferences(
        new Map<string, object>([
          ['one', values],
          ['other', other],
        ]) as never,
      ),
    ).to.deep.equal([
      'a.mp4 video.width: 320 on one, 322 on other',
      'a.mp4 video.profile: null on one, nothing on other',
    ]);
  });
});
