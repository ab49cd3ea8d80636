import { withSession } from './session.ts';

export const proxy = withSession.proxy();
export const config = { matcher: '/((?!_next/).*)' };
