export {
  type AccessClaims,
  type AccessExpectation,
  type ClientAccessClaims,
  isOfPerson,
  issueAccessToken,
  type PersonAccessClaims,
  verifyAccessToken,
} from './access-token.ts';
export {
  type KeyAlgorithm,
  type KeyUse,
  type SigningAlgorithm,
  signingAlgorithms,
  type VerificationKey,
} from './algorithm.ts';
export { readBounded } from './bounded-body.ts';
export {
  type AssertionExpectation,
  type AssertionRejection,
  type AssertionVerdict,
  clientOfAssertion,
  verifyClientAssertion,
} from './client-assertion.ts';
export { type AssertionKey, assertSigns, issueClientAssertion } from './client-proof.ts';
export { type DpopExpectation, type DpopProof, type DpopRejection, verifyDpopProof } from './dpop.ts';
export { createDpopNonces, type DpopNonceOptions, type DpopNonces } from './dpop-nonces.ts';
export { TokensFault } from './fault.ts';
export {
  type FeedEventMessage,
  type FeedExpectation,
  type FeedMessage,
  feedDigest,
  firstDigest,
  type HeartbeatMessage,
  issueFeedToken,
  type SnapshotMessage,
  snapshotEntryOf,
  snapshotPartEntries,
  verifyFeedToken,
} from './feed-token.ts';
export { type ForeignExpectation, foreignKeyIdOf, verifyForeign } from './foreign-jws.ts';
export {
  type ClientKeys,
  type ClientKeysRejection,
  type ForeignKeys,
  importClientKeys,
} from './foreign-keys.ts';
export { hashClaim } from './hash-claim.ts';
export {
  type IdClaims,
  type IdTokenExpectation,
  issueIdToken,
  verifyIdToken,
  verifyIdTokenHint,
} from './id-token.ts';
export { type IntrospectionClaims, issueIntrospectionToken } from './introspection-token.ts';
export { type JwkRejection, type PublicJwk, thumbprint } from './jwk.ts';
export {
  createJwksSource,
  type JwksFailure,
  type JwksSource,
  type JwksSourceOptions,
  type JwksState,
} from './jwks-source.ts';
export {
  type KeyFinder,
  keyIdOf,
  longestToken,
  type TokenKind,
  type TokenRejection,
  tokenTypes,
  type Verified,
} from './jwt.ts';
export { generateKey, type KeyRecord, type KeySpec } from './key-record.ts';
export { type KeyRing, openKeyRing, type RingKey } from './key-ring.ts';
export {
  type KeyChange,
  type KeySchedule,
  type PlannedKey,
  planRotation,
  type RotationPlan,
} from './key-schedule.ts';
export type { KeySafe, KeyVault, Signer, VaultRecord, VaultSpec } from './key-vault.ts';
export {
  type IssuedLogoutClaims,
  issueLogoutToken,
  type LogoutClaims,
  type LogoutExpectation,
  verifyLogoutToken,
} from './logout-token.ts';
export {
  equalInConstantTime,
  issueRefreshToken,
  type RefreshClaims,
  type RefreshExpectation,
  refreshTokenId,
  verifyRefreshToken,
} from './refresh-token.ts';
export { type MasterKey, masterKeyOf, seal, unseal } from './secret-box.ts';
export type { Clock } from './services/clock.ts';
export type { Random } from './services/random.ts';
export {
  issuerOfStatement,
  type StatementExpectation,
  verifySoftwareStatement,
} from './software-statement.ts';
export { isObject, parseStrictObject } from './strict-json.ts';
