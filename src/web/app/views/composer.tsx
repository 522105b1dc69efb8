import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { formatLimit } from '../../../protocol/limits.ts';
import { fateNow } from '../model/device.ts';
import { problemOf } from '../model/draft.ts';
import { visibleText } from '../model/visible-text.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useDashboard, useDashboardState } from './context.ts';
import { Problem } from './problem.tsx';

/** Every target by name, with what happens to a message to it now. */
function Targets() {
  const { marks, devices, connection } = useDashboardState();
  const ttl = connection.phase === 'authenticated' ? connection.limits.queue_ttl : undefined;
  const ttlText = typeof ttl === 'number' ? formatLimit('queue_ttl', ttl) : 'as long as the relay keeps it';
  if (marks.size === 0) return <p id="targets">To nobody: mark the devices that it is for.</p>;
  return (
    <ul id="targets" className="targets" aria-label="Targets">
      {[...marks].map((id) => (
        <li key={id}>
          <bdi>{visibleText(id)}</bdi>:{' '}
          {fateNow(
            devices?.find((device) => device.id === id),
            ttlText,
          )}
        </li>
      ))}
    </ul>
  );
}

/** One message to the marked devices: each named, more than one asked for, none sent while not connected. */
export function Composer() {
  const { send } = useDashboard();
  const { marks, connection } = useDashboardState();
  const [json, setJson] = useState('');
  const [isNowOnly, setNowOnly] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const mistake = problemOf(json);
  const targets = [...marks];
  const isConnected = connection.phase === 'authenticated';

  const perform = async () => {
    const refused = send({ json, isNowOnly }, targets);
    setProblem(refused);
    setAsking(false);
    if (refused === undefined) setJson('');
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isConnected) setProblem('not connected: nothing was sent');
    else if (targets.length === 0) setProblem('nobody is marked: nothing was sent');
    else if (mistake !== undefined) setProblem(mistake);
    else if (targets.length > 1) setAsking(true);
    else void perform();
  };
  const sendByKeys = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
  };
  return (
    <section className="panel" aria-labelledby="composer-title">
      <h2 id="composer-title">Send a command</h2>
      <Targets />
      <form onSubmit={submit}>
        <label>
          JSON object
          <textarea
            rows={4}
            spellCheck={false}
            placeholder='{"cmd":"reboot"}'
            aria-describedby="targets mistake"
            value={json}
            onChange={(event) => setJson(event.target.value)}
            onKeyDown={sendByKeys}
          />
        </label>
        <p id="mistake" className={mistake === undefined ? 'good' : 'quiet-text'}>
          {mistake === undefined ? 'JSON ✓' : visibleText(mistake)}
        </p>
        <label className="check">
          <input type="checkbox" checked={isNowOnly} onChange={(event) => setNowOnly(event.target.checked)} />
          Now or not at all: nothing waits for a device that is offline
        </label>
        <Problem text={problem} />
        <button type="submit" className="primary">
          Send
        </button>{' '}
        <span className="quiet-text">Ctrl+Enter</span>
      </form>
      {isAsking && (
        <ConfirmDialog
          title={`Send to ${targets.length} devices?`}
          action={`Send to ${targets.length} devices`}
          onClose={() => setAsking(false)}
          onConfirmed={perform}
        >
          <Targets />
          <pre>{visibleText(json)}</pre>
        </ConfirmDialog>
      )}
    </section>
  );
}
