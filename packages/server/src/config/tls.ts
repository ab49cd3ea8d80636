import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

/** A certificate chain and its private key, both PEM. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
}

/** Read the certificate and key that ARGUS_TLS_CERT and ARGUS_TLS_KEY name; null when neither is given. */
export function readTls(
  files: { readonly cert: string | undefined; readonly key: string | undefined },
  mistakes: string[],
): Tls | null {
  const named = { cert: files.cert || undefined, key: files.key || undefined };
  if (!named.cert && !named.key) return null;
  if (!named.cert || !named.key) {
    const [given, absent] = named.cert
      ? ['ARGUS_TLS_CERT', 'ARGUS_TLS_KEY']
      : ['ARGUS_TLS_KEY', 'ARGUS_TLS_CERT'];
    mistakes.push(`${given} needs ${absent} beside it`);
    return null;
  }
  const cert = textOf('ARGUS_TLS_CERT', named.cert, mistakes);
  const key = textOf('ARGUS_TLS_KEY', named.key, mistakes);
  if (cert === null || key === null) return null;
  try {
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (error) {
    mistakes.push(`ARGUS_TLS_CERT and ARGUS_TLS_KEY do not make a usable pair: ${messageOf(error)}`);
    return null;
  }
}

function textOf(name: string, path: string, mistakes: string[]): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    mistakes.push(`${name} names a file that cannot be read: ${messageOf(error)}`);
    return null;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
