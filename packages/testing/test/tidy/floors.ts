/** The import table: for each package what it may import, and why everything else is forbidden. */
export interface Floor {
  readonly may: Record<string, 'values' | 'types'>;
  /** Each forbidden edge with its reason. Together with `may` it names every other package. */
  readonly mayNot: Record<string, string>;
}

const wireOnly = 'what crosses a wire depends on nothing, or every change would reach every application';
const useful = 'useful on its own: whoever takes it for their signatures takes nothing else of ours';
const pure = 'decisions are pure and synchronous: no cryptography, storage or network below them';
const proofs = 'proofs are checked from keys and bytes alone; rules and memory are other rooms';
const inBrowser = 'this code is shipped to browsers: nothing of the server may come with it';
const inApplications = 'this code runs inside other people’s applications: Argus’s own machinery stays out';
const remembers = 'the store remembers what others decide; it proves nothing and answers nobody';
const upward = 'imports only go down: a lower floor must be testable without the ones above';
const throughWire = 'operators and servers reach it over the wire, as everybody does';
const testsOnly = 'test tools in shipped code would ship fakes of time and chance';

export const floors: Record<string, Floor> = {
  contract: {
    may: {},
    mayNot: {
      'http-signatures': wireOnly,
      core: wireOnly,
      tokens: wireOnly,
      browser: wireOnly,
      store: wireOnly,
      middleware: wireOnly,
      server: wireOnly,
      cli: wireOnly,
      testing: testsOnly,
    },
  },
  'http-signatures': {
    may: {},
    mayNot: {
      contract: useful,
      core: useful,
      tokens: useful,
      browser: useful,
      store: useful,
      middleware: useful,
      server: useful,
      cli: useful,
      testing: testsOnly,
    },
  },
  core: {
    may: { contract: 'values' },
    mayNot: {
      'http-signatures': pure,
      tokens: pure,
      browser: inBrowser,
      store: pure,
      middleware: upward,
      server: upward,
      cli: upward,
      testing: testsOnly,
    },
  },
  tokens: {
    may: { contract: 'values' },
    mayNot: {
      'http-signatures': 'tokens prove a person or a client, signatures a message; neither needs the other',
      core: proofs,
      browser: inBrowser,
      store: proofs,
      middleware: upward,
      server: upward,
      cli: upward,
      testing: testsOnly,
    },
  },
  browser: {
    may: { contract: 'types' },
    mayNot: {
      'http-signatures': 'it signs with node:crypto and the keys of services, which no browser has',
      core: inBrowser,
      tokens: inBrowser,
      store: inBrowser,
      middleware: inBrowser,
      server: inBrowser,
      cli: inBrowser,
      testing: testsOnly,
    },
  },
  store: {
    may: { contract: 'values', core: 'values' },
    mayNot: {
      'http-signatures': remembers,
      tokens: remembers,
      browser: inBrowser,
      middleware: remembers,
      server: upward,
      cli: upward,
      testing: testsOnly,
    },
  },
  middleware: {
    may: { contract: 'values', 'http-signatures': 'values', tokens: 'values' },
    mayNot: {
      core: inApplications,
      browser: inBrowser,
      store: inApplications,
      server: inApplications,
      cli: inApplications,
      testing: testsOnly,
    },
  },
  server: {
    may: {
      contract: 'values',
      'http-signatures': 'values',
      core: 'values',
      tokens: 'values',
      store: 'values',
    },
    mayNot: {
      browser: throughWire,
      middleware: 'the server guards itself with its own session; the middleware is for those who trust it',
      cli: upward,
      testing: testsOnly,
    },
  },
  cli: {
    may: { contract: 'values', 'http-signatures': 'values', server: 'values', store: 'values' },
    mayNot: {
      core: 'the command line decides nothing: it asks the running server',
      tokens: 'the command line proves nothing: it asks the running server',
      browser: inBrowser,
      middleware: throughWire,
      testing: testsOnly,
    },
  },
  testing: {
    may: {
      contract: 'values',
      'http-signatures': 'values',
      core: 'values',
      tokens: 'values',
      browser: 'values',
      store: 'values',
      middleware: 'values',
      server: 'values',
      cli: 'values',
    },
    mayNot: {},
  },
};

export interface ThirdPartyWall {
  readonly of: RegExp;
  readonly only: RegExp;
  readonly reason: string;
}

/** Where a foreign part may be named, tests included. */
export const thirdPartyWalls: readonly ThirdPartyWall[] = [
  {
    of: /^jose$/,
    only: /^(packages\/(tokens|middleware)\/test\/|bench\/)/,
    reason: 'jose is the second opinion on our tokens; used inside it would only agree with itself',
  },
  {
    of: /^(http-message-signatures|http-message-sig)$/,
    only: /^packages\/http-signatures\/test\//,
    reason:
      'the one signs with a wrong salt and believes the last of several, the other lacks half: they only compare',
  },
  {
    of: /^pg(-|$)/,
    // bench fills tables with a million sessions, which no question of the store should be able to.
    only: /^(packages\/store\/|packages\/testing\/src\/database\.ts$|bench\/)/,
    reason: 'SQL is asked in one package, so that tenant isolation can be read in one place',
  },
  {
    of: /^(fastify|@fastify\/.*|fastify-.*)$/,
    only: /^packages\/(server\/src\/http|middleware\/(src\/adapters|test))\//,
    reason: 'routes and flows know requests as plain values, so the HTTP framework can be exchanged',
  },
  {
    of: /^express$/,
    only: /^(packages\/middleware\/(src\/adapters|test)\/|examples\/|bench\/)/,
    reason: 'the middleware stands on fetch; a framework is one adapter file',
  },
  {
    of: /^(hono|@hono\/.*|next)$/,
    only: /^packages\/middleware\/(src\/adapters|test)\//,
    reason: 'the middleware stands on fetch; a framework is one adapter file',
  },
  {
    of: /^openid-client$/,
    only: /^(packages\/server\/src\/federation\/|packages\/[^/]+\/test(-long)?\/|examples\/relying-parties\/)/,
    reason: 'Argus is a client of others in one room only; everywhere else it is the provider',
  },
  {
    of: /^(oidc-provider|oauth2-mock-server|oauth4webapi)$/,
    only: /^(packages|examples)\/[^/]+\/test(-long)?\//,
    reason: 'other providers and a second reader of tokens judge ours from outside, in tests',
  },
  {
    of: /^(express-session|passport(-.*)?|express-openid-connect|oidc-client-ts)$/,
    only: /^examples\/relying-parties\//,
    reason: 'what applications sign people in with proves Argus as it comes; none of it is part of it',
  },
  {
    of: /^zod$/,
    only: /^packages\/contract\//,
    reason: 'a call is described once, in the contract; a second schema would be a second truth',
  },
  {
    of: /^(react|react-dom|@mantine\/.*|@tanstack\/.*)$/,
    only: /^packages\/console\//,
    reason: 'hosted pages are plain HTML; React belongs to the console',
  },
  {
    of: /^@simplewebauthn\/server$/,
    only: /^packages\/(server\/src\/authenticators\/passkey|(server|testing)\/test)\//,
    reason: 'what the library leaves open is decided beside it, so nobody may ask it without that',
  },
  {
    of: /^@node-rs\/argon2$/,
    only: /^(packages\/server\/(src\/(authenticators|services)|test)|bench)\//,
    reason: 'passwords are hashed in one place, or their cost cannot be kept even',
  },
  {
    of: /^(otpauth|uqr)$/,
    only: /^packages\/server\/(src\/authenticators\/totp|test)\//,
    reason: 'codes are made and drawn in one room; what plays the phone in tests must not share its mistakes',
  },
  {
    of: /^nodemailer$/,
    only: /^packages\/server\/src\/mail\//,
    reason:
      'mail leaves through the outbox alone; whoever could send on the way would send what was never committed',
  },
  {
    of: /^(smtp-server|mailparser)$/,
    only: /^packages\/[^/]+\/test(-long)?\//,
    reason: 'Argus takes no mail; a server and a reader of mail judge what it sends, in tests',
  },
  {
    of: /^(playwright-core|@sparticuz\/chromium|fast-check|@axe-core\/playwright)$/,
    only: /^(packages\/testing\/|(packages|examples)\/[^/]+\/test(-long)?\/|bench\/)/,
    reason: 'test tools do not ship',
  },
];
