/** The element of the page with this id. Throws when index.html and the script do not fit each other. */
export function element<Kind extends HTMLElement = HTMLElement>(
  id: string,
  kind: new () => Kind = HTMLElement as unknown as new () => Kind, // without a kind, any element is what is asked for
): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no ${kind.name} #${id}`);
  return found;
}

/** Say something to people who hear the page. */
export function say(sentence: string): void {
  element('said').textContent = sentence;
}
