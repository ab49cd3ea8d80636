export {
  acceptSignature,
  type Fulfilment,
  fulfilWish,
  parseAcceptSignature,
  type SignatureWish,
  type SignatureWishes,
} from './accept-signature.ts';
export {
  type SignatureAlgorithm,
  type SignatureKey,
  signatureAlgorithms,
} from './algorithms.ts';
export type { FieldType, FieldTypes } from './components/field-types.ts';
export {
  contentDigest,
  type DigestAlgorithm,
  type DigestVerdict,
  digestAlgorithms,
  preferredDigest,
  verifyDigest,
} from './digest.ts';
export type { ExchangeProfile } from './exchange/profile.ts';
export {
  type RequestSigning,
  type RequestToSign,
  type RequestVerdict,
  type RequestVerification,
  signRequest,
  type VerifiedRequest,
  verifyRequest,
} from './exchange/request.ts';
export {
  canSignResponseTo,
  type ResponseSigning,
  type ResponseToSign,
  type ResponseToVerify,
  type ResponseVerdict,
  type ResponseVerification,
  signResponse,
  type VerifiedResponse,
  verifyResponse,
} from './exchange/response.ts';
export { SignaturesFault } from './fault.ts';
export {
  type DirectoryJwk,
  type DirectoryRejection,
  directoryRejections,
  type KeyDirectory,
  keyDirectoryMediaType,
  keyDirectoryOf,
  keyDirectoryPath,
  parseKeyDirectory,
} from './key-directory.ts';
export type { FieldLine, Message, RequestMessage, ResponseMessage } from './message.ts';
export type { SignaturePolicy } from './policy.ts';
export {
  type DigestRejection,
  digestRejections,
  type ExchangeRejection,
  exchangeRejections,
  type Refused,
  type SignatureRejection,
  signatureRejections,
} from './rejection.ts';
export {
  appendSignature,
  type SignatureFields,
  type Signing,
  signMessage,
} from './sign.ts';
export { type SignatureBase, signatureBase } from './signature-base.ts';
export type { SignatureChoice } from './signature-fields.ts';
export { type SignatureKeySpec, signatureKeyOf, thumbprint } from './signature-key.ts';
export type { ParameterName } from './signature-parameters.ts';
export {
  type FindKey,
  type SignatureVerdict,
  type Verification,
  type VerifiedSignature,
  verifySignature,
} from './verify.ts';
