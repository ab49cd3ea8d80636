import type { Route } from '../http/route.ts';
import { passkeyScript, stylesheet } from '../pages/index.ts';

interface Asset {
  readonly type: 'text/css' | 'text/javascript';
  readonly body: string;
}

/** What pages load beside themselves, all of it. */
const assets: Readonly<Record<string, Asset>> = {
  'argus.css': { type: 'text/css', body: stylesheet },
  'passkey.js': { type: 'text/javascript', body: passkeyScript },
};

export const assetRoutes: readonly Route[] = Object.entries(assets).map(([name, { type, body }]) => ({
  method: 'GET',
  path: `/assets/${name}`,
  accepts: 'nothing',
  handle: async () => ({
    status: 200,
    text: { type: `${type}; charset=utf-8`, body },
    headers: { 'cache-control': 'public, max-age=300' },
  }),
}));
