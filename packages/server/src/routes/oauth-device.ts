import { refusalOf } from '@argus/contract';
import { deviceName, readUserAgent, shownUserCode } from '@argus/core';
import { type Visit, visitOf } from '../flows/visit.ts';
import { type Answer, isRefused, type Refused } from '../http/answer.ts';
import { fieldsOf } from '../http/body.ts';
import { refusalPage } from '../http/refusal-page.ts';
import type { Call, Route } from '../http/route.ts';
import { authorizeDevice } from '../oauth/device/device-authorization.ts';
import { decideDevice, findWaitingDevice, type WaitingDevice } from '../oauth/device/device-decision.ts';
import { deviceConfirmPage, deviceDonePage, devicePage, scopeSentence } from '../pages/index.ts';
import type { Services } from '../services.ts';
import { oauthRoute } from './oauth.ts';
import { toSignIn } from './return-to.ts';
import { visitForm } from './visit-form.ts';

/** Signing in on a device without a browser, and the pages where its person says yes (RFC 8628 §3.3). */
export const oauthDeviceRoutes: readonly Route[] = [
  oauthRoute('/oauth/device_authorization', authorizeDevice),
  {
    method: 'GET',
    path: '/device',
    accepts: 'nothing',
    async handle(services, call) {
      const typed = call.query.user_code?.slice(0, 40);
      const visit = await visitOf(services, call);
      // A code in the address is only filled in: following a link must not decide anything (RFC 8628 §3.3.1).
      if (isRefused(visit)) return toSignIn(visit, deviceAddress(typed));
      return { ...codeAnswer(visit, { typed }), cookies: visit.cookies };
    },
  },
  deviceForm('/device', async (_services, _call, { visit, device }) => confirmAnswer(visit, device)),
  deviceForm('/device/decide', async (services, call, { visit, device }) => {
    const { decision } = fieldsOf(call);
    if (decision !== 'allow' && decision !== 'deny') return refusalPage('invalid_request');
    const isApproved = decision === 'allow';
    const { origin } = call;
    const refused = await decideDevice(services, { ...visit, origin }, { device, isApproved });
    return refused ? codeAnswer(visit, { refused }) : { status: 200, html: deviceDonePage({ isApproved }) };
  }),
];

interface OnDevice {
  readonly visit: Visit;
  readonly device: WaitingDevice;
}

/** A form with a code, and a device that waits for this very code. */
function deviceForm(
  path: string,
  act: (services: Services, call: Call, on: OnDevice) => Promise<Answer>,
): Route {
  const typedIn = (call: Call) => fieldsOf(call).userCode?.slice(0, 100) ?? '';
  return visitForm(
    path,
    async (services, call, visit) => {
      const typed = typedIn(call);
      const device = await findWaitingDevice(services, { ...visit, origin: call.origin }, typed);
      return isRefused(device)
        ? codeAnswer(visit, { typed, refused: device })
        : act(services, call, { visit, device });
    },
    { returnTo: (call) => deviceAddress(typedIn(call).slice(0, 40)) },
  );
}

function deviceAddress(typed: string | undefined): string {
  return typed ? `/device?${new URLSearchParams({ user_code: typed })}` : '/device';
}

interface Typed {
  readonly typed?: string | undefined;
  readonly refused?: Refused;
}

function codeAnswer({ formToken }: Visit, { typed, refused }: Typed): Answer {
  const html = devicePage({
    formToken,
    userCode: typed?.slice(0, 40),
    refusal: refused?.refused,
    retryAfterSeconds: refused?.retryAfterSeconds,
  });
  return { status: refused ? refusalOf(refused.refused).status : 200, html };
}

/** The person sees who asks and from where, because whoever began this may sit somewhere else (RFC 8628 §5.4). */
function confirmAnswer({ current, formToken }: Visit, { userCode, authorization, client }: WaitingDevice) {
  const { ip, userAgent, scope } = authorization;
  const agent = readUserAgent(userAgent);
  const html = deviceConfirmPage({
    formToken,
    userCode: shownUserCode(userCode),
    client: { id: client.id, name: client.settings.name, isVerified: client.source !== 'registration' },
    scopes: scope.map((name) => ({ name, sentence: scopeSentence(name) })),
    ip,
    device: agent.browser === null && agent.os === null ? null : deviceName(agent),
    email: current.user.email,
  });
  return { status: 200, html };
}
