import { memo, useState } from 'react';
import type { Device } from '../model/device.ts';
import { formatMoment } from '../model/moments.ts';
import { visibleText } from '../model/visible-text.ts';
import { readText } from '../session/answers.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useDashboard } from './context.ts';
import { QueueDialog } from './queue-dialog.tsx';
import { TokenDialog } from './token-dialog.tsx';

type Open = { readonly kind: 'queue' | 'remove' | 'rotate' } | { readonly kind: 'token'; readonly token: string };

function describeSeen({ state, onlineSince, lastSeen }: Device): string {
  if (state === 'online') return onlineSince === null ? 'now' : `since ${formatMoment(onlineSince)}`;
  return lastSeen === null ? 'never' : formatMoment(lastSeen);
}

/** What is asked, or shown, about one device. */
function DeviceDialog({ device, open, setOpen }: { device: Device; open: Open; setOpen: (open?: Open) => void }) {
  const { call, refresh, notice } = useDashboard();
  const path = `/api/devices/${encodeURIComponent(device.id)}`;
  const close = () => setOpen();
  switch (open.kind) {
    case 'queue':
      return <QueueDialog target={device.id} onClose={close} />;
    case 'token':
      return <TokenDialog device={device.id} token={open.token} onClose={close} />;
    case 'remove': {
      const remove = async () => {
        await call('master', path, { method: 'DELETE' });
        notice(`${device.id} is removed`);
        close();
        await refresh();
      };
      return (
        <ConfirmDialog
          title={`Remove ${device.id}?`}
          action={`Remove ${device.id}`}
          onClose={close}
          onConfirmed={remove}
        >
          <p>
            Its token dies, its connection is closed
            {device.waiting > 0 && `, and the ${device.waiting} messages that wait for it are gone`}.
          </p>
        </ConfirmDialog>
      );
    }
    case 'rotate': {
      const rotate = async () => {
        const answer = await call('master', `${path}/token`, { method: 'POST', body: {} });
        setOpen({ kind: 'token', token: readText(answer, 'device_token') });
      };
      return (
        <ConfirmDialog
          title={`A new token for ${device.id}?`}
          action="Replace the token"
          onClose={close}
          onConfirmed={rotate}
        >
          <p>The old token dies at once, and so does the connection that was opened with it.</p>
        </ConfirmDialog>
      );
    }
    default:
      return open satisfies never;
  }
}

interface DeviceRowProps {
  readonly device: Device;
  readonly isMarked: boolean;
}

/** One device: its mark, its state, what waits for it, and what can be done to it. */
export const DeviceRow = memo(function DeviceRow({ device, isMarked }: DeviceRowProps) {
  const { dispatch } = useDashboard();
  const [open, setOpen] = useState<Open>();
  const { id, state, waiting, registered } = device;
  const name = visibleText(id);
  return (
    <tr data-device={id}>
      <td>
        <input
          type="checkbox"
          aria-label={`Send to ${name}`}
          checked={isMarked}
          onChange={(event) => dispatch({ type: 'marked', id, isMarked: event.target.checked })}
        />
      </td>
      <th scope="row">
        <span className={state === 'online' ? 'dot good' : 'dot'} aria-hidden="true">
          {state === 'online' ? '●' : '○'}
        </span>
        {'\u00a0'}
        <bdi>{name}</bdi> <span className="state">{state}</span>
      </th>
      <td data-label="seen">{describeSeen(device)}</td>
      <td data-label="waiting">
        <button type="button" aria-label={`${waiting} waiting for ${name}`} onClick={() => setOpen({ kind: 'queue' })}>
          {waiting}
        </button>
      </td>
      <td className="actions">
        {registered && (
          <>
            <button type="button" aria-label={`New token for ${name}`} onClick={() => setOpen({ kind: 'rotate' })}>
              Token
            </button>
            <button type="button" aria-label={`Remove ${name}`} onClick={() => setOpen({ kind: 'remove' })}>
              Remove
            </button>
          </>
        )}
        {open !== undefined && <DeviceDialog device={device} open={open} setOpen={setOpen} />}
      </td>
    </tr>
  );
});
