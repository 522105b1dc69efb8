/** Who comes is pushed, who goes only after a while: a list that is asked for shows both within a second. */
const pollMs = { few: 500, many: 5_000 } as const;
/** Beyond so many devices they are listed less often; who comes is pushed all the same. */
const fewDevicesMax = 200;

/** Lists the devices again and again, until it is stopped by what is returned. */
export function pollDevices(refresh: () => Promise<void>, countDevices: () => number): () => void {
  let timer: number | undefined;
  let isStopped = false;

  async function poll(): Promise<void> {
    // Nobody looks at a page that is hidden. What goes wrong shows at the connection.
    if (document.visibilityState === 'visible') await refresh().catch(() => undefined);
    if (isStopped) return;
    timer = window.setTimeout(() => void poll(), countDevices() > fewDevicesMax ? pollMs.many : pollMs.few);
  }

  void poll();
  return () => {
    isStopped = true;
    window.clearTimeout(timer);
  };
}
