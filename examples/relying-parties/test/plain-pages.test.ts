import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchBrowser } from '@argus/testing';
import express from 'express';
import openIdConnect from 'express-openid-connect';
import type { Browser } from 'playwright-core';
import { homePage } from '../src/page.ts';
import { openPlainClient, type PlainClient } from './plain-client.ts';
import { openStage, type Stage } from './stage.ts';
import { type Visitor, visit } from './visitor.ts';

let browser: Browser;
let stage: Stage;
let client: PlainClient;
/** A client whose callback leads on to a third origin, as brokers and API gateways do. */
let broker: PlainClient;
/** Where it leads. */
let company: string;
before(async () => {
  [browser, stage] = await Promise.all([launchBrowser(), openStage()]);
  client = await openPlainClient(stage, 'plain');
  company = (await stage.place()).replace('127.0.0.1', 'localhost');
  await stage.open((_request, response) => response.end('<!doctype html><title>Company</title>'), company);
  broker = await openPlainClient(stage, 'broker', company);
});
after(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

/** The client shows how it was told, and with which parameters. */
function told(visitor: Visitor, how: string): Promise<void> {
  return visitor.page.getByRole('heading', { name: how, exact: true }).waitFor();
}

function press(visitor: Visitor, name: string): Promise<void> {
  return visitor.page.getByRole('button', { name, exact: true }).click();
}

function endSession(of: PlainClient, id: string): string {
  const query = { client_id: id, post_logout_redirect_uri: `${of.url}/bye`, state: 'of the client' };
  return `${stage.issuer}/oauth/end_session?${new URLSearchParams(query)}`;
}

for (const javaScriptEnabled of [true, false]) {
  describe(`the pages of Argus ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, () => {
    const begin = async (url: string) => {
      const visitor = await visit(browser, stage, { javaScriptEnabled });
      await visitor.page.goto(url);
      return visitor;
    };

    test('lead a person who forgot the password at first to the client', async () => {
      await using visitor = await begin(client.ask());
      await visitor.page.getByLabel('E-mail address').fill(visitor.person.email);
      await visitor.page.getByLabel('Password').fill('not the password of this person');
      await press(visitor, 'Sign in');
      await visitor.page.getByRole('alert').waitFor();
      await visitor.signIn();
      await visitor.decide('Allow');
      await told(visitor, 'GET code iss state');
    });

    test('say what is wrong where there is nobody to go back to', async () => {
      const astray = client.ask({ redirect_uri: 'https://evil.example/callback' });
      await using visitor = await begin(astray);
      await visitor.page.getByRole('heading', { name: 'This request cannot go on' }).waitFor();
      assert.equal(new URL(visitor.page.url()).origin, stage.issuer);
    });

    test('ask before a sign-out on the mere word of a client, and lead back after it', async () => {
      await using visitor = await begin(client.ask());
      await visitor.signIn();
      await visitor.decide('Allow');
      await told(visitor, 'GET code iss state');
      await visitor.page.goto(endSession(client, 'plain'));
      await press(visitor, 'Stay signed in');
      await visitor.page.waitForURL(`${stage.issuer}/account`);
      await visitor.page.goto(endSession(client, 'plain'));
      await press(visitor, 'Sign out');
      await told(visitor, 'GET state');
      await visitor.page.goto(client.ask());
      await visitor.isAsked();
    });

    test('post an answer, by themselves or by a press', async () => {
      await using visitor = await begin(client.ask({ response_mode: 'form_post' }));
      await visitor.signIn();
      await visitor.decide('Allow');
      if (!javaScriptEnabled) await press(visitor, 'Go on');
      await told(visitor, 'POST code iss state');
      assert.equal(visitor.page.url(), `${client.url}/callback`);
    });

    test('let a client lead on to a third origin: after signing in, consenting, posting, signing out', async () => {
      const arrived = async (visitor: Visitor, how: string) => {
        await visitor.page.waitForURL(`${company}/?${new URLSearchParams({ how })}`);
      };
      await using visitor = await begin(broker.ask());
      await visitor.signIn();
      await visitor.decide('Allow');
      await arrived(visitor, 'GET code iss state');
      await visitor.page.goto(broker.ask({ response_mode: 'form_post' }));
      if (!javaScriptEnabled) await press(visitor, 'Go on');
      await arrived(visitor, 'POST code iss state');
      await visitor.page.goto(endSession(broker, 'broker'));
      await press(visitor, 'Sign out');
      await arrived(visitor, 'GET state');
      await visitor.page.goto(broker.ask());
      await visitor.signIn();
      await arrived(visitor, 'GET code iss state');
    });
  });
}

test('express-openid-connect takes an answer that is posted to it', async () => {
  const url = await stage.place();
  const { issuer, clientId, clientSecret } = await stage.declare('posted', url, {});
  const app = express();
  app.use(
    openIdConnect.auth({
      issuerBaseURL: issuer,
      clientID: clientId,
      clientSecret,
      baseURL: url,
      secret: 'of these cookies',
      authorizationParams: {
        response_type: 'code',
        response_mode: 'form_post',
        scope: 'openid profile email',
      },
    }),
  );
  app.get('/', async ({ oidc }, response) => {
    const { name = '', email = '' } = await oidc.fetchUserInfo();
    response.send(homePage({ name, email }, ''));
  });
  await stage.open(app, url);
  await using visitor = await visit(browser, stage);
  const posted = visitor.page.waitForRequest(`${url}/callback`);
  await visitor.page.goto(url);
  await visitor.signIn();
  await visitor.decide('Allow');
  await visitor.isGreeted();
  assert.equal((await posted).method(), 'POST');
});
