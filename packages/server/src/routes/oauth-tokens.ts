import { endpoints } from '@argus/contract';
import type { Route } from '../http/route.ts';
import { introspect } from '../oauth/token/introspect.ts';
import { userInfo } from '../oauth/token/person-claims.ts';
import { revoke } from '../oauth/token/revoke.ts';
import { oauthRoute } from './oauth.ts';

/** What can be done with a token once it was issued. */
export const oauthTokenRoutes: readonly Route[] = [
  oauthRoute('/oauth/introspect', introspect),
  { ...oauthRoute('/oauth/revoke', revoke), cors: 'registered' },
  {
    method: 'GET',
    path: '/oauth/userinfo',
    accepts: 'nothing',
    speaks: 'oauth',
    cors: 'registered',
    endpoint: endpoints.userInfo,
    handle: userInfo,
  },
  {
    method: 'POST',
    path: '/oauth/userinfo',
    accepts: 'oauth',
    speaks: 'oauth',
    cors: 'registered',
    endpoint: endpoints.postUserInfo,
    handle: userInfo,
  },
];
