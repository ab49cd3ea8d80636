/** Kinds of files that people are imported from. */
export const importFormats = ['keycloak', 'auth0', 'csv', 'json'] as const;
export type ImportFormat = (typeof importFormats)[number];

/** A file arrives, its people are created, and then it is over in one of three ways. */
export const importStates = ['receiving', 'running', 'finished', 'failed', 'cancelled'] as const;
export type ImportState = (typeof importStates)[number];

/** What becomes of a row whose address has an account already. */
export const existingChoices = ['skip', 'refuse'] as const;
export type ExistingChoice = (typeof existingChoices)[number];
