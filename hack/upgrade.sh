#!/usr/bin/env bash
# The upgrade from an earlier commit, and the way back, on a control plane of its own: the earlier version tells its story,
# this one takes over what it left, and then the earlier one takes over again. Nothing may be lost, no log may break, and no
# alert may be written that nobody changed.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
FROM=${1:?"usage: hack/upgrade.sh COMMIT"}

WORK=$(mktemp -d "${TMPDIR:-/tmp}/incident-operator-upgrade.XXXXXX")
OLD=$WORK/old
export LOCAL_DIR=$WORK/local
export KUBECACHEDIR=$LOCAL_DIR/run/kubectl-cache
PATIENCE=60 # seconds that anything may take to become true

finish() {
  local code=$?
  trap - EXIT
  trap '' INT TERM
  if ((code != 0)) && [[ -f $LOCAL_DIR/logs/operator.log ]]; then
    echo "--- the end of the operator's log:" >&2
    tail -n 30 "$LOCAL_DIR/logs/operator.log" >&2
  fi
  "$ROOT/hack/local.sh" down || code=1
  git -C "$ROOT" worktree remove --force "$OLD" || code=1
  rm -rf "$WORK"
  echo "upgrade: took $SECONDS s"
  exit "$code"
}

step() { printf '\n== %s\n' "$*"; }
passed() { printf '   ✓ %s\n' "$*"; }

fail() {
  printf '   ✗ %s\n' "$*" >&2
  exit 1
}

# kubectl_as PERSON ARGUMENT...
kubectl_as() {
  local person=$1
  shift
  "$ROOT/bin/k8s/kubectl" --kubeconfig "$LOCAL_DIR/$person.kubeconfig" "$@"
}

# eventually WHAT EXPECTED COMMAND...: polls until the command prints what is expected.
eventually() {
  local what=$1 expected=$2 seen deadline=$((SECONDS + PATIENCE))
  shift 2
  until seen=$("$@" 2>&1) && [[ $seen == "$expected" ]]; do
    ((SECONDS < deadline)) || fail "$what: expected $expected, seen $seen"
    sleep 0.5
  done
  passed "$what"
}

# checkout makes the earlier version's tree, with the control plane that is built already.
checkout() {
  git -C "$ROOT" worktree add --quiet --detach "$OLD" "$FROM"
  mkdir -p "$OLD/bin"
  ln -s "$ROOT/bin/k8s" "$ROOT/bin/controlplane" "$OLD/bin/"
  (cd "$OLD" && CGO_ENABLED=0 go build -o bin/manager . && go build -o bin/kubectl-incident ./cmd/kubectl-incident)
}

# left prints what must outlive a change of the version: every object that people or detectors made, and every entry.
left() {
  kubectl_as admin get incidents,alerts,comments,activities -A \
    -o 'jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name} {.metadata.uid} {.spec}{"\n"}{end}' | sort
}

alert_versions() {
  kubectl_as admin get alerts -A -o 'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {.metadata.resourceVersion}{"\n"}{end}' | sort
}

# behind prints the incidents whose status is of an earlier generation than their spec.
behind() {
  kubectl_as admin get incidents -A -o 'jsonpath={range .items[*]}{.metadata.name} {.metadata.generation} {.status.observedGeneration}{"\n"}{end}' |
    awk '$2 != $3 { print $1 }'
}

# nothing_in WHAT LINES: there may be none but those of the probe, which is changed on purpose.
nothing_in() {
  local lines
  lines=$(grep -v "/$PROBE " <<<"$2" || true)
  [[ -z $lines ]] || fail "$1: $(head -n 3 <<<"$lines")"
}

# take_over TREE NAME: the version in TREE runs from now on, and finds all as it was left.
take_over() {
  local tree=$1 name=$2 before versions
  step "$name takes over"
  "$ROOT/hack/local.sh" operator-stop
  before=$(left)
  versions=$(alert_versions)
  "$tree/hack/local.sh" install
  "$tree/hack/local.sh" operator-start
  works "$name"
  nothing_in "objects were lost or changed" "$(comm -23 <(echo "$before") <(left))"
  passed "nothing is lost"
  nothing_in "alerts were written that nobody changed" "$(comm -13 <(echo "$versions") <(alert_versions))"
  passed "no alert was written but the one that had to follow"
  "$ROOT/bin/kubectl-incident" --kubeconfig "$LOCAL_DIR/admin.kubeconfig" verify -A >"$WORK/verified" || fail "a log is broken: $(cat "$WORK/verified")"
  passed "all $(grep -c intact "$WORK/verified") logs are intact"
}

PROBE=upgrade-probe

# works NAME: an incident is assigned to NAME, and its alert follows. By then the operator has looked at everything.
works() {
  kubectl_as alice patch incident $PROBE --type merge -p "{\"spec\":{\"assignee\":\"$1\"}}" >/dev/null
  eventually "an alert follows its incident" "$1" kubectl_as admin get alert $PROBE -o 'jsonpath={.spec.assignee}'
  eventually "every incident is up to date" "" behind
}

trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step "The version of $FROM tells its story"
checkout
"$OLD/hack/local.sh" up
"$OLD/hack/story.sh" >"$WORK/story" || { tail -n 20 "$WORK/story" >&2 && fail "the story does not hold"; }
passed "$(tail -n 1 "$WORK/story")"
kubectl_as alice create -f - >/dev/null <<EOF
{apiVersion: v1, kind: List, items: [
  {apiVersion: incidentoperator.dev/v1alpha1, kind: Incident, metadata: {name: $PROBE, namespace: default}},
  {apiVersion: incidentoperator.dev/v1alpha1, kind: Alert, metadata: {name: $PROBE, namespace: default}, spec: {name: Probe, incidentRef: {name: $PROBE}}}]}
EOF
works earlier

take_over "$ROOT" later
take_over "$OLD" earlier-again
take_over "$ROOT" later-again
