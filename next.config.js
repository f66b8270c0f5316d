/** Next's settings. The server that runs it is server/main.ts, which also sets every header. */
/** @type {import('next').NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  agentRules: false,
  devIndicators: false,
  // One copy of each on the server: Yjs breaks its constructor checks when it is loaded twice.
  serverExternalPackages: ['yjs', 'y-protocols', 'lib0'],
  // Linting is `npm run lint`; types are checked by the build.
  typescript: { ignoreBuildErrors: false },
};

export default config;
