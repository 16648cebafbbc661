import { expect } from 'chai';
import { bindParts } from './bind-parts.ts';

interface Parts {
  readonly store: { readonly name: string };
  readonly reader: { readonly store: Parts['store'] };
  readonly writer: { readonly store: Parts['store'] };
}

describe('bindParts', () => {
  let made: string[];
  const bindings = {
    store: () => {
      made.push('store');
      return { name: 'real' };
    },
    reader: ({ store }: Parts) => ({ store }),
    writer: ({ store }: Parts) => ({ store }),
  };

  beforeEach(() => {
    made = [];
  });

  it('makes a part once, when it is first used', () => {
    const parts = bindParts<Parts>(bindings);
    expect(made).to.deep.equal([]);
    expect(parts.reader.store).to.equal(parts.writer.store);
    expect(made).to.deep.equal(['store']);
  });

  it('makes the parts of another service anew', () => {
    expect(bindParts<Parts>(bindings).store).not.to.equal(bindParts<Parts>(bindings).store);
  });

  it('gives an override to whoever uses the part, and does not make it', () => {
    const store = { name: 'fake' };
    const parts = bindParts<Parts>(bindings, { store });
    expect(parts.reader.store).to.equal(store);
    expect(made).to.deep.equal([]);
  });
});
