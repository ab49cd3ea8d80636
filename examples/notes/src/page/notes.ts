import type { Session } from '@argus/browser';
import type { Note } from '../notes.ts';
import { element, say } from './elements.ts';

export interface NotesView {
  load(): Promise<void>;
  /** Nothing of one person's notes stays on the page for the next. */
  clear(): void;
  complain(sentence: string): void;
}

/** The list and its form, over the API of this origin. */
export function openNotes(session: Session): NotesView {
  const list = element('notes');
  const field = element('text', HTMLInputElement);
  let owner = 0;

  const complain = (sentence: string): void => {
    element('trouble').hidden = sentence === '';
    element('trouble').textContent = sentence;
  };
  const show = (notes: readonly Note[]): void => {
    list.replaceChildren(...notes.map((note) => item(note, remove)));
    element('none').hidden = notes.length > 0;
    element('delete-all').hidden = notes.length === 0;
  };

  async function load(): Promise<void> {
    const asked = ++owner;
    const answer = await send('GET', '/notes');
    if (asked !== owner || !answer) return;
    const { notes } = (await answer.json()) as { notes: Note[] }; // our own API of the same version
    show(notes);
  }

  async function add(): Promise<void> {
    const text = field.value.trim();
    if (text === '' || !(await send('POST', '/notes', { text }))) return;
    field.value = '';
    say('Note added.');
    await load();
  }

  async function remove(note: Note): Promise<void> {
    if (!(await send('DELETE', `/notes/${note.id}`))) return;
    say('Note deleted.');
    await load();
    field.focus();
  }

  /** Takes a fresh proof, so `session.fetch` may ask for one on the way. */
  async function removeAll(): Promise<void> {
    if (!(await send('DELETE', '/notes'))) return;
    say('All notes deleted.');
    await load();
    field.focus();
  }

  /** Null when it did not work; the page then says why. A refused session shows itself by its own state. */
  async function send(method: string, path: string, body?: unknown): Promise<Response | null> {
    const answer = await call(session, method, { path, body });
    if (answer?.ok) complain('');
    else if (answer?.status !== 401 || (await isTooWeak(answer))) complain(await reasonOf(answer));
    return answer?.ok ? answer : null;
  }

  element('add').addEventListener('submit', (event) => {
    event.preventDefault();
    void add();
  });
  element('delete-all').addEventListener('click', () => void removeAll());
  return {
    load,
    clear() {
      owner += 1;
      show([]);
      field.value = '';
      complain('');
    },
    complain,
  };
}

function call(
  session: Session,
  method: string,
  { path, body }: { readonly path: string; readonly body: unknown },
): Promise<Response | null> {
  const content = body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {};
  return session.fetch(path, { method, ...content }).catch(() => null);
}

function item(note: Note, remove: (note: Note) => Promise<void>): HTMLLIElement {
  const line = document.createElement('li');
  const text = document.createElement('span');
  text.textContent = note.text;
  const button = document.createElement('button');
  button.className = 'quiet';
  button.textContent = 'Delete';
  button.setAttribute('aria-label', `Delete: ${note.text.slice(0, 60)}`);
  button.addEventListener('click', () => void remove(note));
  line.append(text, button);
  return line;
}

async function isTooWeak(answer: Response): Promise<boolean> {
  const problem: unknown = await answer.clone().json();
  return JSON.stringify(problem).includes('insufficient_user_authentication');
}

async function reasonOf(answer: Response | null): Promise<string> {
  const problem: unknown = await answer?.json().catch(() => null);
  if (typeof problem === 'object' && problem !== null && 'title' in problem) return String(problem.title);
  return 'The notes cannot be reached at the moment. Please try again.';
}
