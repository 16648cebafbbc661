import { type Certified, makeCertificate } from './sign-certificate.ts';

export interface ServerCertificateOptions {
  /** Names and addresses under which the server is called. */
  readonly hosts: readonly string[];
  /** How long they hold from now on; negative if they have expired. */
  readonly days: number;
  /** For how long they have held already; a day by default, as clocks differ. */
  readonly heldDays?: number | undefined;
  /** Whether the server shows it to others too, which it calls. */
  readonly isClient?: boolean | undefined;
}

export interface ServerCertificate {
  /** Whoever trusts it trusts the server. */
  readonly authority: Certified;
  readonly server: Certified;
}

const DAY_MS = 86_400_000;

/** A certificate for a server, by an authority of its own that signs nothing else: its key need not be kept. */
export function makeServerCertificate(options: ServerCertificateOptions): ServerCertificate {
  const { hosts, days, heldDays = 1, isClient } = options;
  const daysFromNow = (count: number) => new Date(Date.now() + count * DAY_MS);
  const validity = { notBefore: daysFromNow(Math.min(0, days) - heldDays), notAfter: daysFromNow(days) };
  const authority = makeCertificate({ commonName: 'Vigie development authority', ...validity });
  const server = makeCertificate({
    commonName: hosts[0] ?? 'localhost',
    hosts,
    isClient,
    issuer: authority,
    ...validity,
  });
  return { authority, server };
}
