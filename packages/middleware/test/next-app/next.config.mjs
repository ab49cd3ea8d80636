import { fileURLToPath } from 'node:url';

/** @type {import('next').NextConfig} */
export default {
  distDir: process.env.ARGUS_NEXT_FOLDER ?? '.next',
  transpilePackages: ['@argus/middleware', '@argus/contract', '@argus/tokens'],
  turbopack: { root: fileURLToPath(new URL('../../../..', import.meta.url)) },
  // The types of this app are checked with those of the repository; Next.js asks for an older compiler.
  typescript: { ignoreBuildErrors: true },
};
