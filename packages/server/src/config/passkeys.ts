import { existsSync, readFileSync } from 'node:fs';

export interface PasskeySettings {
  /** The domain of passkeys; absent: the issuer's host. It must never change: passkeys are lost with it. */
  readonly rpId?: string;
  /** What proves models of authenticators; absent: nothing is proved. */
  readonly metadata?: { readonly blob: string; readonly roots: readonly string[] };
}

interface PasskeyEnvironment {
  readonly rpId: string | undefined;
  readonly metadataFile: string | undefined;
  readonly rootsFile: string | undefined;
  /** Null when it is no origin; that mistake is told already. */
  readonly hostname: string | null;
}

/** Read ARGUS_RP_ID, ARGUS_PASSKEY_METADATA and ARGUS_PASSKEY_METADATA_ROOTS. */
export function passkeysOf(env: PasskeyEnvironment, mistakes: string[]): PasskeySettings {
  const { rpId, hostname } = env;
  // WebAuthn §5.1.3: a browser makes passkeys for the host of its page or a domain above it, and for no other.
  const isAbove =
    rpId === undefined || hostname === null || rpId === hostname || hostname.endsWith(`.${rpId}`);
  if (!isAbove || (rpId !== undefined && !/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(rpId)))
    mistakes.push(`ARGUS_RP_ID must be the host of ARGUS_ISSUER or a domain above it, not "${rpId}"`);
  const metadata = metadataOf(env, mistakes);
  return { ...(rpId ? { rpId } : {}), ...(metadata ? { metadata } : {}) };
}

function metadataOf(
  { metadataFile, rootsFile }: PasskeyEnvironment,
  mistakes: string[],
): PasskeySettings['metadata'] {
  if (!metadataFile && !rootsFile) return undefined;
  if (!metadataFile || !rootsFile) {
    mistakes.push('ARGUS_PASSKEY_METADATA and ARGUS_PASSKEY_METADATA_ROOTS must be given together');
    return undefined;
  }
  const missing = [metadataFile, rootsFile].filter((file) => !existsSync(file));
  for (const file of missing) mistakes.push(`there is no file "${file}" for the metadata of passkeys`);
  if (missing.length > 0) return undefined;
  const roots = readFileSync(rootsFile, 'utf8').match(
    /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g,
  );
  return { blob: readFileSync(metadataFile, 'utf8'), roots: roots ?? [] };
}
