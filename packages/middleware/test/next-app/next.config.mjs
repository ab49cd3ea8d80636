import { fileURLToPath } from 'node:url';

export default {
  basePath: '/site',
  transpilePackages: ['@argus/middleware', '@argus/contract', '@argus/tokens'],
  // From where the test copies this app to: it must lie above all packages.
  turbopack: { root: fileURLToPath(new URL('../../../../..', import.meta.url)) },
  // The types of this app are checked with those of the repository; Next.js asks for an older compiler.
  typescript: { ignoreBuildErrors: true },
};
