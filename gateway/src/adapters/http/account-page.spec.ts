import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { ACCOUNT_PAGE, ACCOUNT_SCRIPT } from './account-page.ts';

interface Part {
  hidden?: boolean;
  textContent?: string;
  value?: string;
  autocomplete?: string;
  disabled?: boolean;
  isRemoved?: boolean;
}

/** The page as it is with the link of a mail, in as much of a browser as it uses. */
function open(hash: string, answer: { ok: boolean; message?: string }) {
  const parts: Record<string, Part> = {};
  const asked: [string, unknown][] = [];
  const shown: string[] = [];
  let submit = async (_event: object) => {};
  runInNewContext(ACCOUNT_SCRIPT, {
    location: { hash, pathname: '/account' },
    history: { replaceState: (_state: unknown, _title: string, path: string) => shown.push(path) },
    document: {
      getElementById(id: string) {
        expect(ACCOUNT_PAGE).to.include(`id="${id}"`);
        const part: Part = { hidden: id === 'form', value: 'correct horse battery' };
        parts[id] = part;
        return Object.assign(part, {
          remove: () => Object.assign(part, { isRemoved: true }),
          addEventListener: (_name: string, listener: typeof submit) => {
            submit = listener;
          },
        });
      },
    },
    async fetch(url: string, { body }: { body: string }) {
      asked.push([url, JSON.parse(body)]);
      return { ok: answer.ok, json: async () => ({ error: { message: answer.message } }) };
    },
  });
  return { parts, asked, shown, press: () => submit({ preventDefault: () => undefined }) };
}

describe('the page where links in mails lead', () => {
  it('confirms an address by its password once somebody presses the button, and takes the token out of the address bar', async () => {
    const { parts, asked, shown, press } = open('#confirm=a-_9', { ok: true });
    expect([parts.form?.hidden, parts.label?.textContent, asked]).to.deep.equal([false, undefined, []]);
    expect(shown).to.deep.equal(['/account']);
    await press();
    expect(asked).to.deep.equal([['v1/users:confirm', { token: 'a-_9', password: 'correct horse battery' }]]);
    expect([parts.form?.isRemoved, parts.message?.textContent]).to.deep.equal([true, 'Done. You may log in.']);
  });

  it('sets a password, and says why it can not', async () => {
    const { parts, asked, press } = open('#reset=b', { ok: false, message: 'new_password is too common' });
    expect([parts.label?.textContent, parts.password?.autocomplete]).to.deep.equal([
      'New password, at least 12 characters',
      'new-password',
    ]);
    await press();
    expect(asked).to.deep.equal([['v1/users:resetPassword', { token: 'b', newPassword: 'correct horse battery' }]]);
    expect(parts.message?.textContent).to.equal('new_password is too common');
    expect([parts.form?.isRemoved, parts.button?.disabled]).to.deep.equal([undefined, false]);
  });

  it('does nothing without a link', () => {
    for (const hash of ['', '#', '#other=a', '#confirm=<b>']) {
      expect(open(hash, { ok: true }).parts.form?.hidden, hash).to.equal(true);
    }
  });
});
