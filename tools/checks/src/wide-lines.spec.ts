import { expect } from 'chai';
import { findWideLines } from './wide-lines.ts';

const WIDE = 'word '.repeat(25);

describe('findWideLines', () => {
  it('finds wide prose in Markdown, not in tables, code and addresses', () => {
    const lines = [WIDE, `| ${WIDE}`, '```sh', WIDE, '```', `- ${'x'.repeat(130)}`, WIDE];
    expect(findWideLines('.md', lines.join('\n')).map(({ line }) => line)).to.deep.equal([1, 7]);
  });

  it('finds wide comments in code', () => {
    const lines = [
      `// ${WIDE}`,
      `  /** ${WIDE} */`,
      `   * ${WIDE}`,
      ` * | ${WIDE} |`,
      `const a = '${WIDE}';`,
      '// short',
    ];
    expect(findWideLines('.ts', lines.join('\n')).map(({ line }) => line)).to.deep.equal([1, 2, 3]);
  });

  it('leaves files of other kinds', () => {
    expect(findWideLines('.json', WIDE)).to.deep.equal([]);
  });
});
