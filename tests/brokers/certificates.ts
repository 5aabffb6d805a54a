/** An authority and a certificate for localhost that it has signed, made by openssl. */
import assert from "node:assert/strict";
import { join } from "node:path";

/** Paths of files in PEM. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export async function makeCertificates(folder: string): Promise<Certificates> {
  const [ca, caKey, request, cert, key, extensions] = ["ca", "ca-key", "request", "cert", "key", "extensions"]
    .map((name) => join(folder, `${name}.pem`)) as [string, string, string, string, string, string];
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl("req", "-x509", ...newKey, "-keyout", caKey, "-out", ca, "-days", "2", "-subj", "/CN=authority");
  await openssl("req", ...newKey, "-keyout", key, "-out", request, "-subj", "/CN=localhost");
  Deno.writeTextFileSync(extensions, "subjectAltName = DNS:localhost, IP:127.0.0.1\nbasicConstraints = CA:FALSE\n");
  const signed = ["-CA", ca, "-CAkey", caKey, "-CAcreateserial", "-days", "2", "-extfile", extensions];
  await openssl("x509", "-req", "-in", request, "-out", cert, ...signed);
  return { ca, cert, key };
}

async function openssl(...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args: [...args], stdout: "null" }).output();
  assert.ok(success, `openssl ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
