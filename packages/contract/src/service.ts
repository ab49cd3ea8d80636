/** What a service is allowed to ask of Argus. */
export const servicePermissions = ['revocations', 'introspect', 'sessions', 'activity'] as const;
export type ServicePermission = (typeof servicePermissions)[number];

/** The terms in which services and Argus sign to each other (RFC 9421). */
export const serviceSignatures = {
  label: 'argus',
  requestTag: 'argus-service-v1',
  responseTag: 'argus-service-response-v1',
  maxAgeSeconds: 60,
  clockSkewSeconds: 30,
} as const;
