import { type ReactNode, useState } from 'react';
import { type Device, filterDevices, isPassing } from '../model/device.ts';
import { AddDevice } from './add-device.tsx';
import { useDashboardState } from './context.ts';
import { DeviceRow } from './device-row.tsx';

function DeviceTable({ devices, marks }: { readonly devices: readonly Device[]; readonly marks: ReadonlySet<string> }) {
  return (
    <table className="devices">
      <caption className="hidden">The clients that this room knows</caption>
      <thead>
        <tr>
          <th scope="col">To</th>
          <th scope="col">Device</th>
          <th scope="col">Seen</th>
          <th scope="col">Waiting</th>
          <th scope="col">
            <span className="hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {devices.map((device) => (
          <DeviceRow key={device.id} device={device} isMarked={marks.has(device.id)} />
        ))}
      </tbody>
    </table>
  );
}

/** Who is there, what waits for whom, and the marks that say who the next message is for. */
export function Devices() {
  const { devices, marks } = useDashboardState();
  const [filter, setFilter] = useState('');
  const [isAdding, setAdding] = useState(false);
  const listed = (devices ?? []).filter((device) => !isPassing(device));
  const shown = filterDevices(listed, filter);
  const online = listed.filter(({ state }) => state === 'online').length;
  let content: ReactNode = <DeviceTable devices={shown} marks={marks} />;
  if (devices === undefined) content = <p>Asking the relay…</p>;
  else if (listed.length === 0) content = <p>No device yet: add one, and start a worker with its token.</p>;
  else if (shown.length === 0) content = <p>No device is called so.</p>;
  return (
    <section className="panel" aria-labelledby="devices-title">
      <div className="panel-head">
        <h2 id="devices-title">Devices</h2>
        <span>
          {online} of {listed.length} online
        </span>
        <button type="button" onClick={() => setAdding(true)}>
          Add device
        </button>
      </div>
      <label className="filter">
        <span className="hidden">Filter devices</span>
        <input type="search" placeholder="Filter" value={filter} onChange={(event) => setFilter(event.target.value)} />
      </label>
      {content}
      {isAdding && <AddDevice onClose={() => setAdding(false)} />}
    </section>
  );
}
