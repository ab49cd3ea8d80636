export {
  type SignatureAlgorithm,
  type SignatureKey,
  signatureAlgorithms,
} from './algorithms.ts';
export { contentDigest, type DigestAlgorithm, digestAlgorithms } from './digest.ts';
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
  type KeyDirectory,
  keyDirectoryMediaType,
  keyDirectoryOf,
  keyDirectoryPath,
  parseKeyDirectory,
} from './key-directory.ts';
export type { FieldLine, Message, RequestMessage, ResponseMessage } from './message.ts';
export {
  type DigestRejection,
  digestRejections,
  type ExchangeRejection,
  exchangeRejections,
  type SignatureRejection,
  signatureRejections,
} from './rejection.ts';
export { type SignatureKeySpec, signatureKeyOf, thumbprint } from './signature-key.ts';
export type { FindKey, VerifiedSignature } from './verify.ts';
