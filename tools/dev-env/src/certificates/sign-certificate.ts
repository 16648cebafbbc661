import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP, isIPv6 } from 'node:net';
import {
  bitString,
  explicit,
  implicit,
  integer,
  octetString,
  oid,
  sequence,
  set,
  trueValue,
  utcTime,
  utf8String,
} from './der.ts';

/** A certificate and the key that it is for. */
export interface Certified {
  readonly commonName: string;
  /** PEM. */
  readonly cert: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  readonly keyPair: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
}

export interface CertificateRequest {
  readonly commonName: string;
  /** Names and addresses of a server; those of an authority are none. */
  readonly hosts?: readonly string[];
  /** Whether the server shows it to others too, which it calls. */
  readonly isClient?: boolean | undefined;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Who signs it; absent for an authority, which signs itself. */
  readonly issuer?: Certified;
}

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const COMMON_NAME = oid('2.5.4.3');
const SERVER_AUTH = oid('1.3.6.1.5.5.7.3.1');
const CLIENT_AUTH = oid('1.3.6.1.5.5.7.3.2');
const VERSION_3 = explicit(0, integer(Buffer.from([2])));
/** The bits of KeyUsage: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.3 */
const DIGITAL_SIGNATURE = bitString(Buffer.from([0b1000_0000]), 7);
const CERT_AND_CRL_SIGN = bitString(Buffer.from([0b0000_0110]), 1);
/** Of GeneralName: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6 */
const DNS_NAME = 2;
const IP_ADDRESS = 7;

/** Makes a key on P-256, and a certificate for it: https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
export function makeCertificate(request: CertificateRequest): Certified {
  const { commonName, issuer } = request;
  const keyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const content = sequence(
    VERSION_3,
    integer(randomBytes(16)),
    ECDSA_WITH_SHA256,
    nameOf(issuer?.commonName ?? commonName),
    sequence(utcTime(request.notBefore), utcTime(request.notAfter)),
    nameOf(commonName),
    keyPair.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions(request, keyPair.publicKey))),
  );
  const signature = sign('sha256', content, issuer?.keyPair.privateKey ?? keyPair.privateKey);
  const key = keyPair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { commonName, cert: pem(sequence(content, ECDSA_WITH_SHA256, bitString(signature))), key, keyPair };
}

function extensions(request: CertificateRequest, publicKey: KeyObject): readonly Buffer[] {
  const { hosts = [], issuer, isClient = false } = request;
  const ownId = extension('2.5.29.14', octetString(keyId(publicKey)));
  if (issuer === undefined) {
    return [
      criticalExtension('2.5.29.19', sequence(trueValue())),
      criticalExtension('2.5.29.15', CERT_AND_CRL_SIGN),
      ownId,
    ];
  }
  return [
    criticalExtension('2.5.29.19', sequence()),
    criticalExtension('2.5.29.15', DIGITAL_SIGNATURE),
    extension('2.5.29.37', sequence(SERVER_AUTH, ...(isClient ? [CLIENT_AUTH] : []))),
    extension('2.5.29.17', sequence(...hosts.map(generalName))),
    ownId,
    extension('2.5.29.35', sequence(implicit(0, keyId(issuer.keyPair.publicKey)))),
  ];
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), octetString(value));
}

function criticalExtension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), trueValue(), octetString(value));
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(COMMON_NAME, utf8String(commonName))));
}

function generalName(host: string): Buffer {
  return isIP(host) === 0 ? implicit(DNS_NAME, Buffer.from(host)) : implicit(IP_ADDRESS, addressBytes(host));
}

function addressBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const groupsOf = (part: string) => (part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16)));
  const [first, last] = [groupsOf(head), groupsOf(tail)];
  const groups = [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
  return Buffer.from(groups.flatMap(group => [group >> 8, group & 0xff]));
}

function keyId(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
