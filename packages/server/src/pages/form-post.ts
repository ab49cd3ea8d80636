import { createHash } from 'node:crypto';
import { hidden } from './form.ts';
import { framed } from './frame.ts';
import { html } from './html.ts';

export interface FormPostView {
  /** The client's redirect URI, as registered. */
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

const script = 'document.forms[0].submit()';
const scriptHash = `sha256-${createHash('sha256').update(script).digest('base64')}`;

/**
 * Send an authorization response by a form that submits itself (OAuth 2.0 Form Post Response Mode §2).
 *
 * @returns the page, and the hash (`sha256-…`) that its content security policy must allow
 */
export function formPostPage({ action, fields }: FormPostView): { html: string; scriptHash: string } {
  const page = framed({
    heading: 'Going on',
    shape: 'narrow',
    body: html`<h1>Going on to the application</h1>
<form method="post" action="${siteAddress(action)}" class="fields">
${Object.entries(fields).map(([name, value]) => hidden(name, value))}
<p class="lead">One moment, please.</p>
<noscript><div class="fields"><p>Your browser runs no scripts, so one press is needed:</p>
<button class="button primary">Go on</button></div></noscript>
</form>
<script>${script}</script>`,
  });
  return { html: page, scriptHash };
}

/** A registered redirect URI never runs script; should one be about to, that is a fault of ours. */
function siteAddress(action: string): string {
  const url = URL.parse(action);
  if (url && (/^https?:$/.test(url.protocol) || url.protocol.includes('.'))) return action;
  throw new TypeError('A form post leads to an address of the web or of an app.');
}
