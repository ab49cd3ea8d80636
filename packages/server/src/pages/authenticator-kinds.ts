import type { AuthenticatorAnswer } from '@argus/contract';

export type AuthenticatorOf<Kind extends AuthenticatorAnswer['kind']> = Extract<
  AuthenticatorAnswer,
  { kind: Kind }
>;

/** Those of one kind. */
export function ofKind<Kind extends AuthenticatorAnswer['kind']>(
  authenticators: readonly AuthenticatorAnswer[],
  kind: Kind,
): readonly AuthenticatorOf<Kind>[] {
  return authenticators.filter((each): each is AuthenticatorOf<Kind> => each.kind === kind);
}
