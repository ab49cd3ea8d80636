export { accountPage } from './account.ts';
export type { AccountNotice, AccountView } from './account-view.ts';
export { type LinkView, linkPage } from './link.ts';
export { type MessageView, messagePage } from './message.ts';
export { type SignInNotice, type SignInView, signInPage } from './sign-in.ts';
export { type SignUpView, signUpPage } from './sign-up.ts';
export { stylesheet } from './stylesheet.ts';
export { sentenceOf } from './words.ts';
