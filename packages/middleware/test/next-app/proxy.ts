import { doorOf } from './doors.ts';

/** The outer door; the routes below have their own, as the guide of Next.js tells everybody to. */
const outer = doorOf('main').proxy();
/** The only door of what is below. */
const only = doorOf('nonce').proxy((request) =>
  request.url.endsWith('/elsewhere') ? Response.redirect('https://elsewhere.example/', 307) : undefined,
);

export const proxy: typeof outer = (request) => (request.url.includes('/proxied/') ? only : outer)(request);
export const config = { matcher: ['/app/api/:path*', '/proxied/:path*'] };
