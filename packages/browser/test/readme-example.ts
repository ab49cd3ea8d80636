import { createSession } from '@argus/browser';

export const session = createSession({ warnSeconds: 60 });

export const page = { title: '', notice: '' };

session.subscribe((current) => {
  switch (current.state) {
    case 'signed-in':
      page.title = `Hello ${current.user.name ?? current.user.email}`;
      break;
    case 'signed-out':
    case 'ended':
      page.title = 'Please sign in';
      break;
    case 'unknown':
      page.title = 'One moment';
  }
});

session.countdown((secondsLeft) => {
  page.notice = secondsLeft === null ? '' : `You will be signed out in ${secondsLeft} seconds.`;
});

export async function loadNotes(): Promise<unknown> {
  await session.start();
  const response = await session.fetch('/api/notes');
  return response.json();
}
