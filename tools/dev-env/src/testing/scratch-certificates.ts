import type { ServerCertificateOptions } from '../certificates/server-certificate.ts';
import { type WrittenCertificates, writeCertificates } from '../certificates/write-certificates.ts';

export type ScratchCertificates = WrittenCertificates;

/** Certificates for a server, by default `localhost` but not 127.0.0.1, made in a folder of the caller's. */
export function makeCertificates(
  dir: string,
  options: Partial<ServerCertificateOptions> = {},
): Promise<ScratchCertificates> {
  return writeCertificates(dir, { hosts: ['localhost'], days: 2, ...options });
}
