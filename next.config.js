/** Next's settings. The server that runs it is server/main.ts, which also sets every header. */
/** @type {import('next').NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  agentRules: false,
  devIndicators: false,
  // One copy of each on the server: Yjs breaks its constructor checks when it is loaded twice.
  serverExternalPackages: ['yjs', 'y-protocols', 'lib0'],
  // `npm run lint` checks the types of everything, tests included: a start need not do it again.
  typescript: { ignoreBuildErrors: true },
};

export default config;
