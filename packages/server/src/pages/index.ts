export { accountPage } from './account.ts';
export { type AccountChoiceView, accountChoicePage } from './account-choice.ts';
export { type EraseView, erasedPage, erasePage } from './account-erasure.ts';
export type {
  AccountNotice,
  AccountView,
  AllowedApplication,
  ConnectedIdentity,
} from './account-view.ts';
export type { AskingClient, ShownResource, ShownScope } from './asked-access.ts';
export { type AuthorizationErrorView, authorizationErrorPage } from './authorization-error.ts';
export { type ChooseSessionView, chooseSessionPage } from './choose-session.ts';
export { type ConsentView, consentPage } from './consent.ts';
export {
  type DeviceConfirmView,
  type DeviceView,
  deviceConfirmPage,
  deviceDonePage,
  devicePage,
} from './device.ts';
export { type EndSessionView, endSessionPage, type SignedOutView, signedOutPage } from './end-session.ts';
export { type EnrolView, enrolPage } from './enrol.ts';
export type { ShownEnrolment } from './enrolment.ts';
export { type FormPostView, formPostPage } from './form-post.ts';
export { goingOnPage } from './going-on.ts';
export {
  closedPage,
  deadInvitationPage,
  type InvitationView,
  invitationPage,
} from './invitation.ts';
export { type LinkView, linkPage } from './link.ts';
export { type ConfirmView, confirmPage } from './mail-link.ts';
export { type MessageView, messagePage } from './message.ts';
export { pageScripts } from './page-scripts.ts';
export type { KnownPasskeys, UnknownPasskey } from './passkey-form.ts';
export type { ShownProvider } from './provider-buttons.ts';
export {
  type RecoverView,
  type ResetPasswordView,
  recoverPage,
  resetPasswordPage,
} from './recover.ts';
export { type RecoveryCodesView, recoveryCodesPage } from './recovery-codes.ts';
export { scopeSentence } from './scope-words.ts';
export { type SecondFactorView, secondFactorPage } from './second-factor.ts';
export { type SessionLimitView, sessionLimitPage } from './session-limit.ts';
export { type SignInNotice, type SignInView, signInPage } from './sign-in.ts';
export { type SignUpView, signUpPage } from './sign-up.ts';
export { type ProvingMethod, type StepUpView, stepUpPage } from './step-up.ts';
export { stylesheet } from './stylesheet.ts';
export { type TotpView, totpPage } from './totp.ts';
export { windowEnd, windowEndPage } from './window.ts';
export { sentenceOf } from './words.ts';
