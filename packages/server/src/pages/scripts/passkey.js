// @ts-check
/**
 * Passkeys for forms with `data-passkey`. A form works like any other: this script asks the browser for a passkey, puts
 * the answer into the field `credential` and sends the form. Every sentence comes from the form's attributes.
 */

/** Well before a challenge ends, which lives for five minutes. */
const renewAfterMs = 4 * 60_000;

/**
 * The one question that may be open: browsers take no second beside it (WebAuthn §5.1.4, step 1).
 * @type {AbortController}
 */
let open = new AbortController();
/** @type {Promise<void>} */
let settled = Promise.resolve();
let isPressed = false;

/** @type {NodeListOf<HTMLFormElement>} */
const forms = document.querySelectorAll('form[data-passkey]');
const knowsPasskeys = typeof window.PublicKeyCredential === 'function' && Boolean(navigator.credentials);
for (const form of forms) {
  if (knowsPasskeys) offer(form);
  else showAbsence(form);
}
if (knowsPasskeys) void sendSignals();

/** @param {HTMLFormElement} form */
function offer(form) {
  for (const button of form.querySelectorAll('button')) button.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    press(form);
  });
  if (form.dataset.conditional !== undefined) void offerInAutofill(form);
}

/** @param {HTMLFormElement} form */
function showAbsence(form) {
  const absence = form.querySelector('[data-passkey-absent]');
  if (absence instanceof HTMLElement) absence.hidden = false;
}

/** @param {HTMLFormElement} form */
function press(form) {
  isPressed = true;
  say(form, '');
  alone(async (signal) => {
    try {
      await ask(form, { signal });
    } catch (problem) {
      if (signal.aborted) return;
      isPressed = false;
      say(form, sentenceFor(problem, form));
      document.dispatchEvent(new Event('passkey-unanswered'));
    }
  });
}

/** Begins once the question before is taken back. @param {(signal: AbortSignal) => Promise<void>} act */
function alone(act) {
  open.abort();
  const mine = new AbortController();
  open = mine;
  settled = settled.then(() => (mine.signal.aborted ? undefined : act(mine.signal)));
}

/**
 * @param {HTMLFormElement} form
 * @param {{ signal: AbortSignal, mediation?: 'conditional' }} how
 */
async function ask(form, how) {
  const { options } = await optionsFor(form, how.signal);
  const credential =
    form.dataset.passkey === 'create'
      ? await navigator.credentials.create({ publicKey: creationOptions(options), signal: how.signal })
      : await navigator.credentials.get({ publicKey: requestOptions(options), ...how });
  how.signal.throwIfAborted();
  const field = form.elements.namedItem('credential');
  if (!(field instanceof HTMLInputElement)) throw new Unanswered('failed');
  field.value = JSON.stringify(asJson(/** @type {PublicKeyCredential} */ (credential)));
  takeOverStay(form);
  document.dispatchEvent(new Event('passkey-sent'));
  form.submit();
}

/** The box of the other form says whether the person wants to stay signed in. */
function takeOverStay(/** @type {HTMLFormElement} */ form) {
  const [box, field] = [document.getElementById('staySignedIn'), form.elements.namedItem('staySignedIn')];
  if (box instanceof HTMLInputElement && field instanceof HTMLInputElement)
    field.value = box.checked ? 'yes' : '';
}

/** The server gave no options; why names the attribute with the sentence. */
class Unanswered extends Error {
  /** @param {'offline' | 'slowDown' | 'failed'} why */
  constructor(why) {
    super(why);
    this.why = why;
  }
}

/** @param {HTMLFormElement} form @param {AbortSignal} signal @returns {Promise<{ options: unknown }>} */
async function optionsFor(form, signal) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && name !== 'credential') body.append(name, value);
  }
  const headers = { accept: 'application/json' };
  const answer = await fetch(form.dataset.options ?? '', { method: 'POST', body, headers, signal }).catch(
    () => {
      signal.throwIfAborted();
      throw new Unanswered('offline');
    },
  );
  if (!answer.ok) throw new Unanswered(answer.status === 429 ? 'slowDown' : 'failed');
  const { options } = await answer.json().catch(() => ({}));
  if (!options) throw new Unanswered('failed');
  return { options };
}

/** @param {unknown} problem @param {HTMLFormElement} form */
function sentenceFor(problem, { dataset }) {
  if (problem instanceof Unanswered) return dataset[problem.why];
  switch (problem instanceof Error && problem.name) {
    case 'NotAllowedError':
      return dataset.cancelled;
    case 'InvalidStateError':
      return dataset.passkey === 'create' ? dataset.exists : dataset.cancelled;
    case 'NotSupportedError':
    case 'ConstraintError':
      return dataset.unsupported;
    default:
      return dataset.failed;
  }
}

/** @param {HTMLFormElement} form @param {string | undefined} sentence nothing takes the last one away */
function say(form, sentence) {
  const place = form.querySelector('[data-passkey-problem]');
  if (!(place instanceof HTMLElement)) return;
  place.hidden = !sentence;
  place.textContent = sentence ?? '';
}

/**
 * Lets the browser offer passkeys where the address is typed, without a question of its own (WebAuthn §5.1.4). While
 * the page is out of sight nothing is renewed, so that a forgotten tab does not call for ever.
 * @param {HTMLFormElement} form
 */
async function offerInAutofill(form) {
  const isAble = await PublicKeyCredential.isConditionalMediationAvailable?.().catch(() => false);
  if (!isAble) return;
  let isOld = false;
  const begin = () => {
    if (isPressed) return;
    isOld = false;
    alone((signal) => ask(form, { signal, mediation: 'conditional' }).catch(() => {}));
  };
  begin();
  document.addEventListener('passkey-unanswered', begin);
  setInterval(() => {
    if (document.visibilityState === 'visible') begin();
    else isOld = true;
  }, renewAfterMs);
  document.addEventListener('visibilitychange', () => {
    if (isOld && document.visibilityState === 'visible') begin();
  });
  // A page that comes back by the back button has its question taken away.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    isPressed = false;
    begin();
  });
}

/** Tells the browser which passkeys still count (WebAuthn §5.1.10): a courtesy, so nobody hears when it fails. */
async function sendSignals() {
  for (const [attribute, method] of /** @type {const} */ ([
    ['data-signal', 'signalAllAcceptedCredentials'],
    ['data-signal-user', 'signalCurrentUserDetails'],
    ['data-signal-unknown', 'signalUnknownCredential'],
  ])) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      try {
        await PublicKeyCredential[method]?.(JSON.parse(element.getAttribute(attribute) ?? ''));
      } catch {
        // As above.
      }
    }
  }
}

/** @param {unknown} given @returns {PublicKeyCredentialCreationOptions} */
function creationOptions(given) {
  const options = /** @type {PublicKeyCredentialCreationOptionsJSON} */ (given);
  if (PublicKeyCredential.parseCreationOptionsFromJSON)
    return PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const ready = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: options.excludeCredentials?.map(withBytes),
  };
  return /** @type {PublicKeyCredentialCreationOptions} */ (/** @type {unknown} */ (ready));
}

/** @param {unknown} given @returns {PublicKeyCredentialRequestOptions} */
function requestOptions(given) {
  const options = /** @type {PublicKeyCredentialRequestOptionsJSON} */ (given);
  if (PublicKeyCredential.parseRequestOptionsFromJSON)
    return PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const ready = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: options.allowCredentials?.map(withBytes),
  };
  return /** @type {PublicKeyCredentialRequestOptions} */ (/** @type {unknown} */ (ready));
}

/** @param {PublicKeyCredential} credential */
function asJson(credential) {
  if (typeof credential.toJSON === 'function') return credential.toJSON();
  const { id, rawId, type, authenticatorAttachment } = credential;
  const given = /** @type {Record<string, ArrayBuffer>} */ (/** @type {unknown} */ (credential.response));
  /** @type {Record<string, unknown>} */
  const response = {};
  for (const name of [
    'clientDataJSON',
    'attestationObject',
    'authenticatorData',
    'signature',
    'userHandle',
  ]) {
    if (given[name]) response[name] = text(given[name]);
  }
  if (credential.response instanceof AuthenticatorAttestationResponse) {
    response.transports = credential.response.getTransports?.() ?? [];
  }
  const clientExtensionResults = credential.getClientExtensionResults();
  return { id, rawId: text(rawId), type, authenticatorAttachment, response, clientExtensionResults };
}

/** @param {{ id: string }} descriptor */
function withBytes(descriptor) {
  return { ...descriptor, id: bytes(descriptor.id) };
}

/** @param {string} base64url */
function bytes(base64url) {
  const base64 = base64url.replaceAll('-', '+').replaceAll('_', '/');
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer */
function text(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
