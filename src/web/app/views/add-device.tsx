import { isClientId } from '../../../protocol/client-id.ts';
import { clientIdRule } from '../../../protocol/messages.ts';
import { readText } from '../session/answers.ts';
import { useDashboard } from './context.ts';
import { NamingDialog } from './naming-dialog.tsx';
import { DeviceCredentials } from './token-dialog.tsx';

/** Registers a device, and shows its token, once, with a worker to paste. */
export function AddDevice({ onClose }: { readonly onClose: () => void }) {
  const { call, refresh } = useDashboard();
  return (
    <NamingDialog
      title="Add a device"
      titleWhenDone={(id) => `${id} is registered`}
      label="Client id"
      action="Register"
      findMistake={(id) => (isClientId(id) ? undefined : `A client id has ${clientIdRule}.`)}
      create={async (device) => {
        const answer = await call('master', '/api/devices/', { method: 'POST', body: { device } });
        return readText(answer, 'device_token');
      }}
      showSecret={(token) => <DeviceCredentials token={token} />}
      // When that fails, the next listing shows it.
      onMade={() => void refresh().catch(() => undefined)}
      onClose={onClose}
    />
  );
}
