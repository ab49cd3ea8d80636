import type { AccountView } from './account-view.ts';
import type { AuthenticatorOf } from './authenticator-kinds.ts';
import { checkbox, field, postForm } from './form.ts';
import { type Html, html } from './html.ts';
import { timeAbsolute, timeBoth } from './times.ts';

type Named = AuthenticatorOf<'passkey' | 'totp'>;

/** One passkey or app: what it is, when it served last, and behind a fold how to rename and to remove it. */
export function authenticatorRow(shown: Named, v: AccountView): Html {
  return html`<li>
<h4 class="row-name"><bdi>${shown.name}</bdi></h4>
${shown.kind === 'passkey' && html`<p class="row-reason">${shown.model !== null && html`<bdi>${shown.model}</bdi> · `}${whereKept(shown)}</p>`}
<dl class="facts">
<div><dt>Last used</dt> <dd>${shown.lastUsedAt === null ? 'never' : timeBoth(shown.lastUsedAt, v.now)}</dd></div>
<div><dt>Added</dt> <dd>${timeAbsolute(shown.createdAt)}</dd></div>
</dl>
<details class="act">
<summary>Rename or remove<span class="unseen"> <bdi>${shown.name}</bdi></span></summary>
<div class="changes">
${renameForm(shown, v)}
${removeForm(shown, v)}
</div>
</details>
</li>`;
}

/** WebAuthn §6.1.3: whether there are copies of it decides what losing the device means. */
function whereKept({ backupEligible, backedUp }: AuthenticatorOf<'passkey'>): string {
  if (backedUp) return 'Synced between your devices';
  return backupEligible ? 'Can be synced, but is on one device so far' : 'On one device only';
}

function renameForm({ id, name }: Named, { formToken }: AccountView): Html {
  return postForm(
    { action: path(id, 'rename'), formToken },
    html`${field({ name: 'name', id: `name-${id}`, label: 'Name', type: 'text', autocomplete: 'off', value: name, maxLength: 100 })}
<button class="button">Rename<span class="unseen"> <bdi>${name}</bdi></span></button>`,
  );
}

function removeForm({ id, name, kind }: Named, { formToken }: AccountView): Html {
  const what = kind === 'passkey' ? 'passkey' : 'authenticator app';
  return postForm(
    { action: path(id, 'remove'), formToken },
    html`${checkbox({ name: 'endOtherSessions', id: `end-others-${id}`, label: 'End my other sessions too' })}
<button class="button grave">Remove<span class="unseen"> the ${what} <bdi>${name}</bdi></span></button>`,
  );
}

function path(id: string, act: 'rename' | 'remove'): string {
  return `/account/authenticators/${encodeURIComponent(id.toWellFormed())}/${act}`;
}
