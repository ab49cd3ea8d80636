import { fakeEpochMs } from '@argus/testing';
import type { PersonAccessClaims } from '@argus/tokens';

/** Claims of a person's token, each named by what it is. */
export function claimsOf(changes: Partial<PersonAccessClaims> = {}): PersonAccessClaims {
  const now = Math.floor(fakeEpochMs / 1000);
  return {
    iss: 'https://argus.example',
    sub: 'the person',
    aud: 'https://argus.example',
    exp: now + 300,
    iat: now - 60,
    jti: 'the token',
    client_id: 'the client',
    gid: 'the grant',
    scope: '',
    tenant: 'default',
    roles: [],
    sid: 'the session',
    sct: fakeEpochMs - 60_000,
    amr: ['pwd'],
    acr: 'urn:argus:aal1',
    auth_time: now - 60,
    ...changes,
  };
}
