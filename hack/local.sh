#!/usr/bin/env bash
# A control plane and the operator on this machine, in the background, for the demo and for trying things.
# LOCAL_DIR says where its data, logs and kubeconfigs lie: .local in the repository unless set.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LOCAL_DIR=${LOCAL_DIR:-$ROOT/.local}
[[ $LOCAL_DIR == /* ]] || LOCAL_DIR=$PWD/$LOCAL_DIR

NAMESPACE=incident-operator-system
SERVICE_ACCOUNT=incident-operator
OPERATOR_KUBECONFIG=$LOCAL_DIR/operator.kubeconfig
OPERATOR_PID=$LOCAL_DIR/run/operator.pid
OPERATOR_ENV=$LOCAL_DIR/run/operator.env
OPERATOR_LOG=$LOCAL_DIR/logs/operator.log

# Nothing is written to the user's own ~/.kube.
export KUBECACHEDIR=$LOCAL_DIR/run/kubectl-cache

usage() {
  cat <<EOF
Usage: hack/local.sh COMMAND
  up              start the control plane, install the operator's API and roles, start the operator
  install         install or update the API, roles and policies
  operator-start  start bin/manager under its own service account
  operator-stop   stop it
  down            stop everything and delete $LOCAL_DIR
EOF
}

say() { echo "local: $*"; }

die() {
  echo "local: $*" >&2
  exit 1
}

# kubectl_as PERSON ARGUMENT...
kubectl_as() {
  local person=$1
  shift
  "$ROOT/bin/k8s/kubectl" --kubeconfig "$LOCAL_DIR/$person.kubeconfig" "$@"
}

# eventually SECONDS WHAT COMMAND...: polls until the command succeeds.
eventually() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    ((SECONDS < deadline)) || die "gave up waiting for $what"
    sleep 0.2
  done
}

require() {
  [[ -x $ROOT/$1 ]] || die "$1 does not exist: run 'make $2' first"
}

# --- the control plane -----------------------------------------------------------------------------------------------

control_plane_start() {
  require bin/controlplane bin/controlplane
  require bin/k8s/kubectl k8s
  "$ROOT/bin/controlplane" start --dir "$LOCAL_DIR" --assets "$ROOT/bin/k8s" \
    --user alice=alice@example.com --user bob=bob@example.com --user vera=vera@example.com
}

# --- the API, roles and policies -------------------------------------------------------------------------------------

install() {
  say "installing the API, roles and policies"
  kubectl_as admin apply --server-side -k "$ROOT/config/local" >/dev/null
  kubectl_as admin wait --for condition=Established --timeout 60s -f "$ROOT/config/crd/bases" >/dev/null
  kubectl_as admin apply --server-side -f "$ROOT/hack/local-users.yaml" >/dev/null
  eventually 60 "the admission policies to be in force" policies_in_force
  write_operator_kubeconfig
}

# A policy acts some time after it was created, and no condition tells when. What tells is a stamp on an alert that is
# created for show only.
policies_in_force() {
  kubectl_as alice create --dry-run=server -o jsonpath='{.metadata.annotations}' -f - 2>/dev/null <<EOF |
apiVersion: incidentoperator.dev/v1alpha1
kind: Alert
metadata: {name: policy-probe}
spec: {name: Policy probe, assignee: alice@example.com}
EOF
    grep -q '"editor\.incidentoperator\.dev/'
}

write_operator_kubeconfig() {
  local token server ca
  token=$(kubectl_as admin create token "$SERVICE_ACCOUNT" --namespace "$NAMESPACE" --duration 24h)
  server=$(admin_cluster server)
  ca=$(admin_cluster certificate-authority-data)
  # The control plane keeps its port if it can. An operator that knows another one would go on calling it.
  grep -qsF "server: $server" "$OPERATOR_KUBECONFIG" || operator_stop
  (umask 077 && cat >"$OPERATOR_KUBECONFIG") <<EOF
apiVersion: v1
kind: Config
clusters:
- name: local
  cluster:
    server: $server
    certificate-authority-data: $ca
users:
- name: operator
  user:
    token: $token
contexts:
- name: local
  context:
    cluster: local
    user: operator
    namespace: $NAMESPACE
current-context: local
EOF
}

admin_cluster() {
  kubectl_as admin config view --raw -o jsonpath="{.clusters[0].cluster.$1}"
}

# --- the operator ----------------------------------------------------------------------------------------------------

operator_start() {
  require bin/manager build
  [[ -f $OPERATOR_KUBECONFIG ]] || die "$OPERATOR_KUBECONFIG does not exist: run 'hack/local.sh up' first"
  if operator_pid >/dev/null; then
    say "the operator is already running"
    return
  fi
  local ports
  ports=$("$ROOT/bin/controlplane" ports 2)
  printf 'METRICS_PORT=%s\nHEALTH_PORT=%s\n' $ports >"$OPERATOR_ENV"
  launch_operator
  eventually 60 "the operator to be ready (see $OPERATOR_LOG)" operator_ready_or_dead
  operator_pid >/dev/null || die "the operator ended by itself:"$'\n'"$(tail -n 20 "$OPERATOR_LOG")"
  say "the operator is ready"
}

# Job control gives the operator a process group of its own, so that Ctrl-C does not reach it.
launch_operator() (
  # shellcheck source=/dev/null
  source "$OPERATOR_ENV"
  set -m
  nohup "$ROOT/bin/manager" \
    --kubeconfig "$OPERATOR_KUBECONFIG" \
    --leader-elect --leader-election-namespace "$NAMESPACE" \
    --metrics-bind-address "127.0.0.1:$METRICS_PORT" \
    --health-probe-bind-address "127.0.0.1:$HEALTH_PORT" \
    </dev/null >>"$OPERATOR_LOG" 2>&1 &
  echo $! >"$OPERATOR_PID"
)

operator_ready_or_dead() {
  operator_ready || [[ -z $(command_line "$(cat "$OPERATOR_PID")") ]]
}

# kubectl is the one HTTP client that is sure to be there.
operator_ready() (
  # shellcheck source=/dev/null
  source "$OPERATOR_ENV"
  "$ROOT/bin/k8s/kubectl" --kubeconfig /dev/null --server "http://127.0.0.1:$HEALTH_PORT" get --raw /readyz >/dev/null 2>&1
)

operator_stop() {
  local pid
  if pid=$(operator_pid); then
    end_process "$pid"
    say "the operator is stopped"
  fi
  rm -f "$OPERATOR_PID" "$OPERATOR_ENV"
}

# operator_pid prints the operator's process id if it runs. A process id left from before a restart of the machine may
# be another program's by now, so the command line has to be this operator's.
operator_pid() {
  local pid
  pid=$(cat "$OPERATOR_PID" 2>/dev/null) || return 1
  [[ $(command_line "$pid") == *"$OPERATOR_KUBECONFIG"* ]] || return 1
  echo "$pid"
}

# command_line prints nothing for a process that is gone. Where there is /proc it spares the need for ps.
command_line() {
  if [[ -r /proc/self/cmdline ]]; then
    tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline" || true
  else
    ps -ww -o command= -p "$1" || true
  fi 2>/dev/null
}

# end_process asks first; a process that does not end within 15 s is killed.
end_process() {
  local deadline=$((SECONDS + 15))
  kill -TERM "$1" 2>/dev/null || true
  while operator_pid >/dev/null; do
    ((SECONDS < deadline)) || kill -KILL "$1" 2>/dev/null || true
    sleep 0.1
  done
}

# --- all together ----------------------------------------------------------------------------------------------------

up() {
  require bin/manager build
  control_plane_start
  install
  operator_start
  cat <<EOF

It runs. To use it:
  export KUBECONFIG=$LOCAL_DIR/admin.kubeconfig     (or alice, bob: responders; vera: a viewer)
  export PATH=$ROOT/bin/k8s:\$PATH
  kubectl apply -k config/samples && kubectl get incidents
The web console:
  $ROOT/bin/kubectl-incident console
Logs lie in $LOCAL_DIR/logs. To stop it and delete its data: make down
EOF
}

down() {
  operator_stop
  require bin/controlplane bin/controlplane
  "$ROOT/bin/controlplane" stop --dir "$LOCAL_DIR" --purge
}

case ${1:-} in
  up) up ;;
  install) install ;;
  operator-start) operator_start ;;
  operator-stop) operator_stop ;;
  down) down ;;
  *) usage >&2 && exit 2 ;;
esac
