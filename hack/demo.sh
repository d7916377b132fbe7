#!/usr/bin/env bash
# The demo: a control plane of its own, the operator, and the story; nothing of it is left behind.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

LOCAL_DIR=$(mktemp -d "${TMPDIR:-/tmp}/incident-operator-demo.XXXXXX")
export LOCAL_DIR

finish() {
  local code=$?
  trap - EXIT
  trap '' INT TERM # a second Ctrl-C must not leave processes behind
  if ((code != 0)) && [[ -f $LOCAL_DIR/logs/operator.log ]]; then
    echo "--- end of the operator's log:" >&2
    tail -n 30 "$LOCAL_DIR/logs/operator.log" >&2
  fi
  hack/local.sh down || code=1
  echo "demo: took $SECONDS s"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

hack/local.sh up
hack/story.sh
