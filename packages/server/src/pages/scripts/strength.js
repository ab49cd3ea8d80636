// @ts-check
// How strong a new password is, told while it is typed. It never leaves this page: what is needed to tell is loaded
// once, when such a field is first used, and nothing is sent.

/** @type {Promise<{ scoreOf(password: string, words: readonly string[]): number }> | undefined} */
let loading;

/** What is in the other fields of the form stands in no good password. */
function wordsBeside(/** @type {HTMLInputElement} */ field) {
  const others = field.form ? [...field.form.querySelectorAll('input')] : [];
  return others
    .filter(({ type, value }) => (type === 'email' || type === 'text') && value.length > 2)
    .flatMap(({ value }) => [value, ...value.split(/[@.\s]+/)]);
}

/** Whether policy would take it: what is refused is not called strong. */
function keepsToRule(/** @type {string} */ password, /** @type {DOMStringMap} */ { least, composition }) {
  const canonical = password.normalize('NFC');
  if ([...canonical].length < Number(least)) return false;
  return composition !== 'letters-and-digits' || (/\p{L}/u.test(canonical) && /\p{Nd}/u.test(canonical));
}

function watch(/** @type {HTMLInputElement} */ field) {
  const place = document.getElementById(`${field.id}-strength`);
  if (!place) return;
  const says = (place.dataset.says ?? '').split('|');
  const tell = async () => {
    loading ??= import(place.dataset.knows ?? '');
    const { scoreOf } = await loading;
    const isEnough = keepsToRule(field.value, place.dataset);
    const score = isEnough ? scoreOf(field.value, wordsBeside(field)) : 0;
    place.hidden = field.value === '';
    place.dataset.score = String(score);
    const said = isEnough ? says[score] : place.dataset.fallsShort;
    const sentence = field.value === '' ? '' : (said ?? '');
    // Written only when it changes, so that it is not read out at every key.
    if (place.textContent !== sentence) place.textContent = sentence;
  };
  // Without the list there is no word about it; the server judges anyway.
  const tellIfItCan = () => void tell().catch(() => undefined);
  field.addEventListener('focus', tellIfItCan);
  field.addEventListener('input', tellIfItCan);
}

for (const field of document.querySelectorAll('input[autocomplete="new-password"]'))
  if (field instanceof HTMLInputElement) watch(field);
