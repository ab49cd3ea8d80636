import type { Route } from '../http/route.ts';
import { pageScripts, stylesheet } from '../pages/index.ts';

/** What pages load beside themselves, all of it. */
const assets = [
  { name: 'argus.css', type: 'text/css', body: stylesheet },
  ...Object.entries(pageScripts).map(([name, body]) => ({ name, type: 'text/javascript', body })),
];

export const assetRoutes: readonly Route[] = assets.map(({ name, type, body }) => ({
  method: 'GET',
  path: `/assets/${name}`,
  accepts: 'nothing',
  handle: async () => ({
    status: 200,
    text: { type: `${type}; charset=utf-8`, body },
    headers: { 'cache-control': 'public, max-age=300' },
  }),
}));
