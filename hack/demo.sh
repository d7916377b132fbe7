#!/usr/bin/env bash
# The demo: a control plane of its own, the operator, the receiver, and the story; nothing of it is left behind.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

LOCAL_DIR=$(mktemp -d "${TMPDIR:-/tmp}/incident-operator-demo.XXXXXX")
export LOCAL_DIR

finish() {
  local code=$?
  trap - EXIT
  trap '' INT TERM # a second Ctrl-C must not leave processes behind
  local log
  for log in "$LOCAL_DIR"/logs/{operator,ingest,admission}.log; do
    ((code != 0)) && [[ -f $log ]] || continue
    echo "--- the end of $log:" >&2
    tail -n 30 "$log" >&2
  done
  hack/local.sh down || code=1
  echo "demo: took $SECONDS s"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

hack/local.sh up
hack/story.sh
