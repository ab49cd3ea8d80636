import { doorOf } from './doors.ts';

/** The outer door; the routes below have their own, as the guide of Next.js tells everybody to. */
export const proxy = doorOf('main').proxy();
export const config = { matcher: '/app/api/:path*' };
