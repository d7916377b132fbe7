#!/usr/bin/env bash
# A control plane on this machine, and the roles of bin/manager, in the background, for the demo and for trying things.
# LOCAL_DIR says where its data, logs and kubeconfigs lie: .local in the repository unless set.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LOCAL_DIR=${LOCAL_DIR:-$ROOT/.local}
[[ $LOCAL_DIR == /* ]] || LOCAL_DIR=$PWD/$LOCAL_DIR

NAMESPACE=incident-operator-system

# The roles of bin/manager, and under which ServiceAccount each runs. Where the API server serves no mutating policies, the
# role admission stands in for them.
declare -A ROLES=([operator]=incident-operator [ingest]=incident-operator-ingest)
ADMISSION=incident-operator-admission

# Nothing is written to the user's own ~/.kube.
export KUBECACHEDIR=$LOCAL_DIR/run/kubectl-cache

usage() {
  cat <<EOF
Usage: hack/local.sh COMMAND
  up              start the control plane, install the API, roles and policies, start the operator and the receiver
  install         install or update the API, roles and policies
  connect         let people and the roles of bin/manager use what something else has installed
  operator-start  start the operator: bin/manager under its own service account
  operator-stop   stop it
  ingest-start    start the receiver of alerts, with correlation: bin/manager ingest under its own service account
  ingest-stop     stop it
  receiver-url    print where alerts are posted to
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
  if serves_mutating_policies; then
    say "installing the API, roles and policies"
    kubectl_as admin apply --server-side -k "$ROOT/config/local" >/dev/null
  else
    say "installing the API, roles, policies and the webhook, since this API server serves no mutating policies"
    with_webhook | kubectl_as admin apply --server-side -f - >/dev/null
    ROLES[admission]=$ADMISSION
  fi
  connect
}

# connect lets people and roles use what is installed, by whatever way it was.
connect() {
  kubectl_as admin wait --for condition=Established --timeout 60s -f "$ROOT/config/crd/bases" >/dev/null
  kubectl_as admin apply --server-side -f "$ROOT/hack/local-users.yaml" >/dev/null
  local role
  for role in "${!ROLES[@]}"; do write_kubeconfig "$role"; done
  [[ -z ${ROLES[admission]:-} ]] || role_start admission
  eventually 60 "the admission policies to be in force" policies_in_force
}

serves_mutating_policies() {
  local served
  served=$(kubectl_as admin get --raw /apis/admissionregistration.k8s.io/v1) || die "the API server does not say what it serves"
  [[ $served == *'"mutatingadmissionpolicies"'* ]]
}

# with_webhook prints config/before-1.36 with an address of this machine in the place of the Service. Its Deployments are
# there, and nobody runs them.
with_webhook() {
  local url
  url=https://$(webhook_address)/admit
  "$ROOT/bin/k8s/kubectl" kustomize "$ROOT/config/before-1.36" |
    awk -v url="$url" '/^    service:$/ { print "    url: " url; skip = 1; next } skip && /^      / { next } { skip = 0; print }'
}

# webhook_address prints where the role admission listens: always the same, since the API server is told once.
webhook_address() {
  local file=$LOCAL_DIR/run/webhook.port
  [[ -f $file ]] || "$ROOT/bin/controlplane" ports 1 >"$file"
  echo "127.0.0.1:$(cat "$file")"
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

kubeconfig_of() { echo "$LOCAL_DIR/$1.kubeconfig"; }

# write_kubeconfig ROLE
write_kubeconfig() {
  local token server ca kubeconfig
  kubeconfig=$(kubeconfig_of "$1")
  token=$(kubectl_as admin create token "${ROLES[$1]}" --namespace "$NAMESPACE" --duration 24h)
  server=$(admin_cluster server)
  ca=$(admin_cluster certificate-authority-data)
  # The control plane keeps its port if it can. A process that knows another one would go on calling it.
  grep -qsF "server: $server" "$kubeconfig" || role_stop "$1"
  (umask 077 && cat >"$kubeconfig") <<EOF
apiVersion: v1
kind: Config
clusters:
- name: local
  cluster:
    server: $server
    certificate-authority-data: $ca
users:
- name: $1
  user:
    token: $token
contexts:
- name: local
  context:
    cluster: local
    user: $1
    namespace: $NAMESPACE
current-context: local
EOF
}

admin_cluster() {
  kubectl_as admin config view --raw -o jsonpath="{.clusters[0].cluster.$1}"
}

# --- the roles -------------------------------------------------------------------------------------------------------

pid_of() { echo "$LOCAL_DIR/run/$1.pid"; }
ports_of() { echo "$LOCAL_DIR/run/$1.env"; }
log_of() { echo "$LOCAL_DIR/logs/$1.log"; }

# role_start ROLE
role_start() {
  local role=$1
  require bin/manager build
  [[ -f $(kubeconfig_of "$role") ]] || die "$(kubeconfig_of "$role") does not exist: run 'hack/local.sh up' first"
  if role_pid "$role" >/dev/null; then
    say "the role $role is already running"
    return
  fi
  local ports
  ports=$("$ROOT/bin/controlplane" ports 3)
  printf 'METRICS_PORT=%s\nHEALTH_PORT=%s\nRECEIVER_PORT=%s\n' $ports >"$(ports_of "$role")"
  launch "$role"
  eventually 60 "the role $role to be ready (see $(log_of "$role"))" role_ready_or_dead "$role"
  role_pid "$role" >/dev/null || die "the role $role ended by itself:"$'\n'"$(tail -n 20 "$(log_of "$role")")"
  say "the role $role is ready"
}

# Job control gives the process a group of its own, so that Ctrl-C does not reach it.
launch() (
  # shellcheck source=/dev/null
  source "$(ports_of "$1")"
  local own=(--leader-elect --leader-election-namespace "$NAMESPACE")
  case $1 in
    ingest) own+=(--receiver-bind-address "127.0.0.1:$RECEIVER_PORT") ;;
    admission) own=(--bind-address "$(webhook_address)" --webhook-configuration incident-operator
      --certificate-secret "$NAMESPACE/$ADMISSION" --identities incident-operator-identities) ;;
  esac
  set -m
  nohup "$ROOT/bin/manager" "$1" \
    --kubeconfig "$(kubeconfig_of "$1")" \
    --metrics-bind-address "127.0.0.1:$METRICS_PORT" \
    --health-probe-bind-address "127.0.0.1:$HEALTH_PORT" \
    "${own[@]}" \
    </dev/null >>"$(log_of "$1")" 2>&1 &
  echo $! >"$(pid_of "$1")"
)

role_ready_or_dead() {
  role_ready "$1" || [[ -z $(command_line "$(cat "$(pid_of "$1")")") ]]
}

# kubectl is the one HTTP client that is sure to be there.
role_ready() (
  # shellcheck source=/dev/null
  source "$(ports_of "$1")"
  "$ROOT/bin/k8s/kubectl" --kubeconfig /dev/null --server "http://127.0.0.1:$HEALTH_PORT" get --raw /readyz >/dev/null 2>&1
)

# role_stop ROLE
role_stop() {
  local pid
  if pid=$(role_pid "$1"); then
    end_role "$1" "$pid"
    say "the role $1 is stopped"
  fi
  rm -f "$(pid_of "$1")" "$(ports_of "$1")"
}

# role_pid prints the role's process id if it runs. A process id left from before a restart of the machine may be another
# program's by now, so the command line has to be this role's.
role_pid() {
  local pid
  pid=$(cat "$(pid_of "$1")" 2>/dev/null) || return 1
  [[ $(command_line "$pid") == *"$(kubeconfig_of "$1")"* ]] || return 1
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

# end_role ROLE PID asks first; a process that does not end within 15 s is killed.
end_role() {
  local deadline=$((SECONDS + 15))
  kill -TERM "$2" 2>/dev/null || true
  while role_pid "$1" >/dev/null; do
    ((SECONDS < deadline)) || kill -KILL "$2" 2>/dev/null || true
    sleep 0.1
  done
}

# --- all together ----------------------------------------------------------------------------------------------------

up() {
  require bin/manager build
  control_plane_start
  install
  role_start operator
  role_start ingest
  cat <<EOF

It runs. To use it:
  export KUBECONFIG=$LOCAL_DIR/admin.kubeconfig     (or alice, bob: responders; vera: a viewer)
  export PATH=$ROOT/bin/k8s:\$PATH
  kubectl apply -k config/samples && kubectl get incidents
Detectors post to the address in RECEIVER_URL (README.md, "Alerts come in by themselves"):
  export RECEIVER_URL=$(receiver_url)
The web console:
  $ROOT/bin/kubectl-incident console
Logs lie in $LOCAL_DIR/logs. To stop it and delete its data: make down
EOF
}

receiver_url() (
  # shellcheck source=/dev/null
  source "$(ports_of ingest)"
  echo "https://127.0.0.1:$RECEIVER_PORT"
)

down() {
  local role
  for role in ingest operator admission; do role_stop "$role"; done
  require bin/controlplane bin/controlplane
  "$ROOT/bin/controlplane" stop --dir "$LOCAL_DIR" --purge
}

case ${1:-} in
  up) up ;;
  install) install ;;
  connect) connect ;;
  operator-start | ingest-start) role_start "${1%-start}" ;;
  operator-stop | ingest-stop) role_stop "${1%-stop}" ;;
  receiver-url) receiver_url ;;
  down) down ;;
  *) usage >&2 && exit 2 ;;
esac
