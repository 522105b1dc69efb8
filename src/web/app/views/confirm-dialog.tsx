import type { ReactNode } from 'react';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';
import { useRequest } from './use-request.ts';

interface ConfirmProps {
  readonly title: string;
  /** What the button says: the thing that will happen. */
  readonly action: string;
  readonly onClose: () => void;
  /** Does it, and closes this dialog or puts another in its place. */
  readonly onConfirmed: () => Promise<void>;
  readonly children: ReactNode;
}

/** Asks before something is removed, replaced or sent to many. */
export function ConfirmDialog({ title, action, onClose, onConfirmed, children }: ConfirmProps) {
  const { isBusy, problem, run } = useRequest();
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <Problem text={problem} />
      <p className="buttons">
        <button type="button" className="danger" disabled={isBusy} onClick={() => run(onConfirmed)}>
          {action}
        </button>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </p>
    </Dialog>
  );
}
