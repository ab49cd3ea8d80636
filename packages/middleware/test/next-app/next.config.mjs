import { fileURLToPath } from 'node:url';

export default {
  basePath: '/site',
  transpilePackages: ['@argus/middleware', '@argus/contract', '@argus/tokens'],
  // From where the test copies this app to: it must lie above all packages.
  turbopack: { root: fileURLToPath(new URL('../../../../..', import.meta.url)) },
};
