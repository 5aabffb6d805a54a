/** Certificates for TLS, and what is wrong with them. */
import { readFileSync } from "node:fs";
import { thrownText } from "../thrown_text.ts";
import { BrokerError } from "./link.ts";

/** Absolute paths of files in PEM. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** @throws {BrokerError} that names the file */
export function readFiles<Name extends string>(files: Partial<Record<Name, string>>): Partial<Record<Name, string>> {
  const texts: Partial<Record<Name, string>> = {};
  for (const [name, path] of Object.entries(files) as [Name, string | undefined][]) {
    if (path === undefined) continue;
    try {
      texts[name] = readFileSync(path, "utf8");
    } catch (error) {
      throw new BrokerError(`${path} (${name}) cannot be read: ${thrownText(error)}`);
    }
  }
  return texts;
}

/** What to do about an error of TLS, or null where the text speaks of none. */
export function certificateFault(text: string): string | null {
  if (/NotValidYet|not yet valid|expired|CERT_HAS_EXPIRED/i.test(text)) {
    return `${text}; is the clock of this computer right (${
      new Date().toISOString()
    }), or has the certificate run out?`;
  }
  if (/altname|NotValidForName/i.test(text)) {
    return `${text}; write the address with the name that the broker's certificate has`;
  }
  if (/UnknownIssuer|self.signed|unable to (get|verify)|invalid peer certificate|certificate/i.test(text)) {
    return `${text}; set tls = { ca = 'FILE' } to the authority that has signed the broker's certificate`;
  }
  return null;
}

/** A broker that misses a client's certificate only closes the connection, after TLS has begun. */
export function missingCertificateHint(tls: TlsFiles | undefined): string {
  return tls === undefined || tls.cert !== undefined
    ? ""
    : "; where it asks for a client's certificate, set tls = { cert = 'FILE', key = 'FILE' }";
}
