import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pickFreePorts } from '@vigie/dev-env/tcp-ports';
import { temporaryDir, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { SMTPServer } from 'smtp-server';
import { FileMailer } from './adapters/mail/file-mailer.ts';
import { SmtpMailer } from './adapters/mail/smtp-mailer.ts';
import { Outbox } from './application/outbox.ts';
import { confirmationMail, invitationMail } from './domain/mail.ts';

const FROM = 'Vigie <vigie@example.com>';
const fail = () => expect.fail('the mail was not sent at once');
const mail = confirmationMail('ada@example.com', 'https://vigie.example/base', 'T'.repeat(43));
const LINK = `https://vigie.example/base/account#confirm=${'T'.repeat(43)}`;

/** A real server, which keeps what it is given. */
async function receive(teardown: AsyncDisposableStack, port: number) {
  const received: { readonly to: string[]; readonly from: string; readonly text: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      void Array.fromAsync(stream).then(chunks => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          to: rcptTo.map(({ address }) => address),
          from: mailFrom === false ? '' : (mailFrom?.address ?? ''),
          text: Buffer.concat(chunks).toString(),
        });
        done();
      });
    },
  });
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  teardown.defer(() => new Promise<void>(resolve => server.close(() => resolve())));
  return received;
}

/** Long lines are broken by `=` at their ends. */
const withoutBreaks = (text: string) => text.replaceAll('=\r\n', '').replaceAll('=3D', '=');

describe('a mail', () => {
  it('is given to a server, from whom and to whom it is', async () => {
    await using teardown = new AsyncDisposableStack();
    const [port] = (await pickFreePorts(1)) as [number];
    const received = await receive(teardown, port);
    await new SmtpMailer(`smtp://127.0.0.1:${port}`, FROM).send(mail);
    expect(received).to.have.lengthOf(1);
    expect(received[0]).to.deep.include({ to: ['ada@example.com'], from: 'vigie@example.com' });
    expect(withoutBreaks(received[0]?.text ?? ''))
      .to.include(LINK)
      .and.include('Subject: Confirm your address');
  });

  it('waits for a server that is away, and nobody waits for the mail', async () => {
    await using teardown = new AsyncDisposableStack();
    const [port] = (await pickFreePorts(1)) as [number];
    const delays: unknown[] = [];
    await using outbox = new Outbox({
      mailer: new SmtpMailer(`smtp://127.0.0.1:${port}`, FROM),
      onDelay: error => delays.push(error),
      onLost: fail,
    });
    outbox.post(async () => mail);
    await waitFor('a failure', async () => (delays.length > 0 ? true : undefined));
    const received = await receive(teardown, port);
    await waitFor('the mail', async () => received[0]);
    expect(received).to.have.lengthOf(1);
  });

  it('that can not be sent until the service stops is reported', async () => {
    const lost: unknown[] = [];
    const send = async () => {
      throw new Error('refused');
    };
    {
      await using outbox = new Outbox({ mailer: { send }, onDelay: () => undefined, onLost: each => lost.push(each) });
      outbox.post(async () => mail);
    }
    expect(String(lost)).to.match(/aborted/);
  });

  it('is a file for its owner alone where there is no server', async () => {
    await using dir = await temporaryDir();
    const folder = path.join(dir.path, 'mail');
    const mailer = new FileMailer(folder, FROM);
    const bob = { tenant: 'acme', email: 'bob@example.com' };
    await Promise.all([mailer.send(mail), mailer.send(invitationMail(bob, 'http://localhost', 'U'))]);
    const names = await readdir(folder);
    expect(names).to.have.lengthOf(2);
    const texts = await Promise.all(names.map(name => readFile(path.join(folder, name), 'utf8')));
    expect(texts.some(text => withoutBreaks(text).includes(LINK))).to.equal(true);
    const bobs = texts.find(text => /^To: bob@example\.com\r$/m.test(text));
    // Who logs in names the tenant.
    expect(bobs).to.include('tenant acme');
    for (const name of names) {
      expect(name).to.match(/\.eml$/);
      expect((await stat(path.join(folder, name))).mode & 0o077).to.equal(0);
    }
    await using outbox = new Outbox({ mailer, onDelay: fail, onLost: fail });
    outbox.post(async () => mail);
    await waitFor('the mail', async () => ((await readdir(folder)).length === 3 ? true : undefined));
  });
});
