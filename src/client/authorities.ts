import { X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import { RelayAddressError } from './errors.ts';

const certificates = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * Node takes any text for an authority and trusts nobody more for it, which would show as a certificate that is not trusted,
 * so it is looked at here.
 *
 * @throws RelayAddressError when the text holds no certificate, or one that is none.
 */
export function checkAuthorities(pem: string): void {
  const found = pem.match(certificates);
  if (found === null) throw new RelayAddressError('the certificate authorities (--ca-file) hold no certificate in PEM');
  for (const [index, certificate] of found.entries()) {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      throw new RelayAddressError(`certificate ${index + 1} of the authorities (--ca-file) cannot be read`, {
        cause: error,
      });
    }
  }
}

/** Own authorities stand beside the well-known ones. */
export function trustedAuthorities(pem: string): string[] {
  return [...getCACertificates('default'), pem];
}
