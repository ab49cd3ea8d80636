import type { Session } from '@argus/browser';
import { element } from './elements.ts';

/** Ask before an idle session ends; the server decides, this only asks in time. */
export function openWarning(session: Session, leave: () => void): void {
  const dialog = element('warning', HTMLDialogElement);
  const stayButton = element('stay');
  session.countdown((secondsLeft) => {
    if (secondsLeft === null) {
      dialog.close();
      return;
    }
    const { current } = session;
    const canStay = current.state === 'signed-in' && (current.idleWarning?.canStay ?? false);
    stayButton.hidden = !canStay;
    element('warning-title').textContent = canStay ? 'Are you still there?' : 'Time is up soon';
    element('left').textContent = secondsLeft === 1 ? '1 second' : `${secondsLeft} seconds`;
    if (!dialog.open) dialog.showModal();
  });
  stayButton.addEventListener('click', stay);
  element('leave').addEventListener('click', leave);
  // Escape is pressed by somebody who is there.
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    stay();
  });

  function stay(): void {
    void session.staySignedIn();
  }
}
