import { useCallback, useEffect, useState } from 'react';
import { formatMoment } from '../model/moments.ts';
import { visibleText } from '../model/visible-text.ts';
import { type QueuedMessage, readQueue } from '../session/answers.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useDashboard } from './context.ts';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';
import { useRequest } from './use-request.ts';

interface QueueRowProps {
  readonly message: QueuedMessage;
  readonly isBusy: boolean;
  readonly onCancel: () => void;
}

function QueueRow({ message, isBusy, onCancel }: QueueRowProps) {
  const { seq, from, queuedAt, expiresAt, attempts, isHanded, payload } = message;
  return (
    <li>
      <p>
        <strong>{seq}</strong> from <bdi>{visibleText(from)}</bdi>
        {queuedAt !== null && `, ${formatMoment(queuedAt)}`}
        {expiresAt !== null && `, until ${formatMoment(expiresAt)}`}
        {attempts > 0 && `, handed over ${attempts} times`}
      </p>
      <pre>{visibleText(payload)}</pre>
      {isHanded ? (
        <p>It is with its target already; only the proof is awaited.</p>
      ) : (
        <button type="button" disabled={isBusy} aria-label={`Take back ${seq}`} onClick={onCancel}>
          Take back
        </button>
      )}
    </li>
  );
}

/** What waits for one target: to look at, to take back one by one, or all of it. */
export function QueueDialog({ target, onClose }: { readonly target: string; readonly onClose: () => void }) {
  const { call, refresh, notice } = useDashboard();
  const { isBusy, problem, run } = useRequest();
  const [messages, setMessages] = useState<readonly QueuedMessage[]>();
  const [isPurging, setPurging] = useState(false);
  const path = `/api/queue/${encodeURIComponent(target)}`;

  const look = useCallback(async () => setMessages(readQueue(await call('master', path))), [call, path]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at once when it opens; afterwards after each change
  useEffect(() => run(look), []);

  const remove = async (which: string) => {
    await call('master', which, { method: 'DELETE' });
    await Promise.all([look(), refresh()]);
  };
  const purge = async () => {
    await remove(path);
    setPurging(false);
    notice(`nothing waits for ${target} any more`);
  };
  return (
    <Dialog title={`Waiting for ${target}`} onClose={onClose}>
      <Problem text={problem} />
      {messages?.length === 0 && <p>Nothing waits.</p>}
      <ol className="queue">
        {messages?.map((message) => (
          <QueueRow
            key={message.seq}
            message={message}
            isBusy={isBusy}
            onCancel={() => run(() => remove(`${path}/${message.seq}`))}
          />
        ))}
      </ol>
      <p className="buttons">
        {messages !== undefined && messages.length > 0 && (
          <button type="button" className="danger" onClick={() => setPurging(true)}>
            Take back all {messages.length}
          </button>
        )}
        <button type="button" onClick={onClose}>
          Close
        </button>
      </p>
      {isPurging && (
        <ConfirmDialog
          title={`Take back all that waits for ${target}?`}
          action="Take back all"
          onClose={() => setPurging(false)}
          onConfirmed={purge}
        >
          <p>It will not be delivered.</p>
        </ConfirmDialog>
      )}
    </Dialog>
  );
}
