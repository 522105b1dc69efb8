#!/usr/bin/env bash
# Sends one command to mouse_pi over HTTP and prints what became of it: delivered, or queued because it is away.
#   RELAY_HTTP=https://relay.example.org RELAY_AUTH_KEY=… ./commander.sh
set -euo pipefail

# The key stands on standard input: what stands on a command line can be read by everybody on this machine.
curl --silent --show-error --fail-with-body --config - \
  --json '{"target":"mouse_pi","sender":"my_controller","cmd":"move","x":10,"y":20}' \
  "$RELAY_HTTP/api/messages/" <<<"header = \"Authorization: Bearer $RELAY_AUTH_KEY\""
echo
