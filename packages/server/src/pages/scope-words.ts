import type { openIdScopes } from '@argus/contract';

const scopeWords: Readonly<Record<(typeof openIdScopes)[number], string>> = {
  openid: 'Know that it is you: an identifier that stands for you, and when and how you signed in.',
  profile: 'See your name.',
  email: 'See your e-mail address.',
  // Every grant belongs to a session, this one too; to promise more would not be true.
  offline_access: 'Keep its access while you are not using it, as long as your session here lasts.',
};

/**
 * What a scope lets an application do, said to the person who is asked. An application's own scope means what
 * its resource says it means, so it is shown as its code and not explained.
 */
export function scopeSentence(scope: string, resourceName?: string): string {
  if (isOpenIdScope(scope)) return scopeWords[scope];
  return resourceName
    ? `Do what ${resourceName} calls “${scope}”.`
    : `Do what the application calls “${scope}”.`;
}

function isOpenIdScope(scope: string): scope is keyof typeof scopeWords {
  return Object.hasOwn(scopeWords, scope);
}
