import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { makeServerCertificate } from './server-certificate.ts';

describe('makeServerCertificate', () => {
  const hosts = ['localhost', 'a-machine.example', '127.0.0.1', '::1', '2001:db8::a:1'];
  const { authority, server } = makeServerCertificate({ hosts, days: 90 });
  const parsed = new X509Certificate(server.cert);

  it('is for each of the hosts, and for no other', () => {
    for (const host of ['localhost', 'a-machine.example']) expect(parsed.checkHost(host), host).to.equal(host);
    for (const address of ['127.0.0.1', '::1', '2001:db8::a:1']) expect(parsed.checkIP(address)).to.equal(address);
    expect([parsed.checkHost('example.com'), parsed.checkIP('127.0.0.2')]).to.deep.equal([undefined, undefined]);
  });

  it('is signed by its authority, which is one, and belongs to its key', () => {
    const signer = new X509Certificate(authority.cert);
    expect([signer.ca, parsed.ca]).to.deep.equal([true, false]);
    expect([parsed.checkIssued(signer), parsed.verify(signer.publicKey)]).to.deep.equal([true, true]);
    expect(parsed.checkPrivateKey(server.keyPair.privateKey)).to.equal(true);
  });

  it('is for a client only where that is asked', () => {
    const serverAuth = '1.3.6.1.5.5.7.3.1';
    expect(parsed.keyUsage).to.deep.equal([serverAuth]);
    const { server: both } = makeServerCertificate({ hosts, days: 90, isClient: true });
    expect(new X509Certificate(both.cert).keyUsage).to.deep.equal([serverAuth, '1.3.6.1.5.5.7.3.2']);
  });

  it('holds from a day ago for as long as was asked', () => {
    const days = (date: Date) => Math.round((date.getTime() - Date.now()) / 86_400_000);
    expect([days(parsed.validFromDate), days(parsed.validToDate)]).to.deep.equal([-1, 90]);
  });
});
