/** A worker to paste on the machine of a device, beside the relay_client.py that the relay serves. */
export function pythonWorker(url: string, deviceToken: string): string {
  return `from relay_client import SoftlabRelayClient


def on_message(message):
    print("got", message, flush=True)  # Do the work here.
    client.reply(message, {"ok": True})


client = SoftlabRelayClient(
    device_token=${JSON.stringify(deviceToken)},
    url=${JSON.stringify(url)},
    on_message=on_message,
    on_status=lambda status: print(status, flush=True),
)
client.start()
client.wait()
`;
}
