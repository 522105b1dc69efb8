#!/usr/bin/env bash
# Carries out commands: each message runs `handle`, and what it prints is the answer. curl does not hold a connection open, so
# the relay command does: npm install -g softlab-relay
#   RELAY_URL=wss://relay.example.org/ws/connect/ RELAY_DEVICE_TOKEN=… ./worker.sh
set -euo pipefail

handle() {
  message=$(cat)
  if [[ $message == *'"_offline_queued":true'* ]]; then echo 'late, it waited for this device:' >&2; fi
  echo "got $message" >&2 # Move the mouse here.
  echo '{"ok":true}'
}

if [[ ${1:-} == handle ]]; then handle; else exec relay listen --exec "'$0' handle"; fi
