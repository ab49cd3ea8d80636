/** Whom the application knows its visitor to be. */
export interface Person {
  readonly name: string;
  readonly email: string;
}

/** The one page of the server-side applications: who is there, and the way in or out. */
export function homePage(person: Person | null, signOut: string): string {
  if (!person) return page('<h1>Welcome, stranger</h1><p><a href="/login">Sign in</a></p>');
  return page(
    `<h1>Welcome, ${escaped(person.name)}</h1><p>Your address is ${escaped(person.email)}.</p>${signOut}`,
  );
}

export function problemPage(message: string): string {
  return page(`<h1>That did not work</h1><p>${escaped(message)}</p><p><a href="/">Back</a></p>`);
}

function page(body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Application</title><body>${body}</body></html>`;
}

/** What others wrote stays text. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
}
