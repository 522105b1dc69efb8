import { type FormEvent, useState } from 'react';
import { isClientId } from '../../../protocol/client-id.ts';
import { clientIdRule } from '../../../protocol/messages.ts';
import { readText } from '../session/answers.ts';
import { useDashboard } from './context.ts';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';
import { DeviceCredentials } from './token-dialog.tsx';
import { useRequest } from './use-request.ts';

/** Registers a device, and shows its token, once, with a worker to paste. */
export function AddDevice({ onClose }: { readonly onClose: () => void }) {
  const { call, refresh } = useDashboard();
  const { isBusy, problem, run } = useRequest();
  const [id, setId] = useState('');
  const [token, setToken] = useState<string>();
  const isWrong = id !== '' && !isClientId(id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      const answer = await call('master', '/api/devices/', { method: 'POST', body: { device: id } });
      setToken(readText(answer, 'device_token'));
      await refresh();
    });
  };
  return (
    <Dialog title={token === undefined ? 'Add a device' : `${id} is registered`} onClose={onClose}>
      {token === undefined ? (
        <form onSubmit={submit}>
          <label>
            Client id
            <input
              required
              autoComplete="off"
              spellCheck={false}
              value={id}
              onChange={(event) => setId(event.target.value)}
            />
          </label>
          <Problem text={isWrong ? `A client id has ${clientIdRule}.` : problem} />
          <button type="submit" className="primary" disabled={isBusy || !isClientId(id)}>
            Register
          </button>
        </form>
      ) : (
        <>
          <DeviceCredentials token={token} />
          <p className="buttons">
            <button type="button" className="primary" onClick={onClose}>
              Done
            </button>
          </p>
        </>
      )}
    </Dialog>
  );
}
