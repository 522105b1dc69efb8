/**
 * In the place of the package when-exit, which `conf` brings along to remove its temporary files: that one answers each signal by sending
 * it to the process once more, and the second signal ends a relay at once, without its goodbye to those who are connected.
 */
export default function whenExit(callback: () => void): void {
  process.once('exit', callback);
}
