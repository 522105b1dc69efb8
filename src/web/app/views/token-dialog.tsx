import { pythonWorker } from '../model/python-worker.ts';
import { Dialog } from './dialog.tsx';
import { Done } from './naming-dialog.tsx';
import { CopyText } from './secret.tsx';

/** What the other machine needs, with the relay as this browser reaches it. */
export function DeviceCredentials({ token }: { readonly token: string }) {
  const { origin } = location;
  const commands = `sudo apt install python3-websocket\ncurl -O ${origin}/relay_client.py\npython3 worker.py`;
  return (
    <>
      <p>The token is shown this once; the relay keeps only its hash.</p>
      <CopyText label="Token" text={token} />
      <CopyText label="A worker to paste, as worker.py" text={pythonWorker(origin, token)} />
      <CopyText label="On that machine" text={commands} />
      {/^(127\.|localhost$|\[::1\]$)/.test(location.hostname) && (
        <p>
          {location.hostname} is good on this machine only; on another one write the name or address of this machine.
        </p>
      )}
    </>
  );
}

export function TokenDialog({ device, token, onClose }: { device: string; token: string; onClose: () => void }) {
  return (
    <Dialog title={`The token of ${device}`} onClose={onClose}>
      <DeviceCredentials token={token} />
      <Done onClose={onClose} />
    </Dialog>
  );
}
