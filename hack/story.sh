#!/usr/bin/env bash
# The main job, told by the kubectl commands of three people and checked step by step. It runs against the control
# plane and operator of LOCAL_DIR (hack/local.sh up) and ends with a non-zero exit at the first thing that is not as told.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LOCAL_DIR=${LOCAL_DIR:-$ROOT/.local}
export KUBECACHEDIR=$LOCAL_DIR/run/kubectl-cache
cd "$ROOT"

PATIENCE=30    # seconds that anything may take to become true
SHOWN_LINES=12 # of a command's output

STEP= OUTPUT= CHECKS=0

# --- telling ---------------------------------------------------------------------------------------------------------

step() {
  STEP=$1
  printf '\n== %s\n' "$STEP"
}

# kubectl_as PERSON ARGUMENT...
kubectl_as() {
  local person=$1
  shift
  if [[ $1 == incident ]]; then
    # kubectl would look for the plugin in PATH.
    "$ROOT/bin/kubectl-incident" --kubeconfig "$LOCAL_DIR/$person.kubeconfig" "${@:2}"
  else
    "$ROOT/bin/k8s/kubectl" --kubeconfig "$LOCAL_DIR/$person.kubeconfig" "$@"
  fi
}

# told PERSON ARGUMENT...: shows the command as typed, runs it and shows what it printed, which stays in OUTPUT.
told() {
  local person=$1 code=0
  shift
  printf '%s $ kubectl%s\n' "$person" "$(typed "$@")"
  OUTPUT=$(kubectl_as "$person" "$@" 2>&1) || code=$?
  awk -v most=$SHOWN_LINES 'NR <= most; END { if (NR > most) print "… and " (NR - most) " more lines" }' <<<"$OUTPUT"
  return $code
}

typed() {
  local argument
  for argument; do
    if [[ $argument =~ ^[A-Za-z0-9_./:=,@-]+$ ]]; then printf ' %s' "$argument"; else printf " '%s'" "$argument"; fi
  done
}

does() {
  told "$@" || fail "the command to succeed" "the error above"
}

# refused PERSON MESSAGE ARGUMENT...
refused() {
  local person=$1 message=$2
  shift 2
  if told "$person" "$@"; then fail "a refusal" "success"; fi
  contains "$person is refused" "$message" "$OUTPUT"
}

# --- checking --------------------------------------------------------------------------------------------------------

passed() {
  CHECKS=$((CHECKS + 1))
  printf '   ✓ %s\n' "$1"
}

# fail EXPECTED SEEN
fail() {
  printf '   ✗ In the step "%s"\n     expected: %s\n     seen:     %s\n' "$STEP" "$1" "$2" >&2
  exit 1
}

# same WHAT EXPECTED SEEN
same() {
  [[ $3 == "$2" ]] || fail "$1: $2" "$3"
  passed "$1"
}

# differs WHAT BEFORE NOW
differs() {
  [[ $3 != "$2" ]] || fail "$1: other than $2" "$3"
  passed "$1"
}

# contains WHAT PART SEEN
contains() {
  [[ $3 == *"$2"* ]] || fail "$1: …$2…" "$3"
  passed "$1"
}

# eventually WHAT EXPECTED COMMAND...: polls until the command prints what is expected, a pattern of the shell.
eventually() {
  local what=$1 expected=$2 seen deadline=$((SECONDS + PATIENCE))
  shift 2
  while true; do
    seen=$("$@" 2>&1) || true # what is not there yet may come
    # shellcheck disable=SC2053 # the right side is meant as a pattern
    [[ $seen == $expected ]] && break
    ((SECONDS < deadline)) || fail "$what, within $PATIENCE s: $expected" "$seen"
    sleep 0.2
  done
  passed "$what"
}

# --- looking, as admin and untold --------------------------------------------------------------------------------------

# incident NAME JSONPATH and alert NAME JSONPATH print a part of an object.
incident() { kubectl_as admin get incident "$1" -o "jsonpath=$2"; }
alert() { kubectl_as admin get alert "$1" -o "jsonpath=$2"; }

# each_alert SELECTOR FIELDS...: one sorted line per alert.
each_alert() {
  local selector=$1 path='{range .items[*]}' field
  shift
  for field; do path+="{$field} "; done
  kubectl_as admin get alerts --field-selector "$selector" -o "jsonpath=$path{\"\\n\"}{end}" | sed 's/ *$//' | sort
}

of() { echo "spec.incidentRef.name=$1"; }

# tally SELECTOR FIELD: how many alerts have which value, such as "4 Active".
tally() {
  each_alert "$1" "$2" | uniq -c | awk '{ $1 = $1; print }'
}

count() { each_alert "$1" .metadata.name | wc -l | tr -d ' '; }
states() { each_alert "$(of "$1")" .metadata.name .spec.resolution.state; }
states_without() { states "$1" | grep -v "^$2 "; }

# settled INCIDENT: "yes" once the operator has seen its last change and every alert has what it gives.
settled() {
  local ready status generation observed
  ready=$(incident "$1" '{.status.conditions[?(@.type=="Propagated")].status} {.metadata.generation} {.status.observedGeneration}')
  read -r status generation observed <<<"$ready"
  [[ $status == True && $generation == "$observed" ]] && echo yes || echo "Propagated=$ready"
}

condition() { incident "$1" "{.status.conditions[?(@.type==\"$2\")].status}"; }
names_of() { tr ' ' '\n' <<<"$1" | sed 's,.*/,,' | sort | xargs; }

ALICE=alice@example.com
BOB=bob@example.com
MAIN=incident-55
OTHER=incident-38
THIRD=incident-39

# --- the story -------------------------------------------------------------------------------------------------------

arrive() {
  step "Alerts of three Microsoft incidents, and some of Alertmanager, Falco and Trivy, arrive"
  does admin apply -k config/samples
  MAIN_COUNT=$(count "$(of $MAIN)")
  OTHER_COUNT=$(count "$(of $OTHER)")
  eventually "$MAIN counts its alerts" "$MAIN_COUNT/$MAIN_COUNT" incident $MAIN '{.status.alerts.summary}'
  eventually "$OTHER counts its alerts" "$OTHER_COUNT/$OTHER_COUNT" incident $OTHER '{.status.alerts.summary}'
  differs "some alerts belong to no incident" 0 "$(count 'spec.incidentRef.name=')"
}

look() {
  step "The incidents have named and rated themselves"
  eventually "$MAIN has an automatic name" "Multi-stage incident involving *" incident $MAIN '{.status.name}'
  eventually "$OTHER has an automatic name" "Multi-stage incident involving *" incident $OTHER '{.status.name}'
  eventually "$THIRD has an automatic name" "Automatic" incident $THIRD '{.status.nameSource}'
  does alice get incidents
  same "$MAIN is as severe as its worst alert" High "$(incident $MAIN '{.status.severity}')"
  same "$OTHER is as severe as its worst alert" Medium "$(incident $OTHER '{.status.severity}')"
}

take() {
  step "alice takes one incident, and all its alerts are hers"
  does alice incident take $MAIN
  eventually "all $MAIN_COUNT alerts are alice's" "$MAIN_COUNT $ALICE" tally "$(of $MAIN)" .spec.assignee
  does alice get alerts --field-selector "$(of $MAIN)"
}

override() {
  step "bob takes one of the alerts, and it stays his when the incident changes"
  BOBS=$(first_alert "$(of $MAIN),spec.category=InitialAccess")
  does bob patch alert "$BOBS" --type merge -p "{\"spec\":{\"assignee\":\"$BOB\"}}"
  does alice incident start $MAIN
  eventually "the operator has seen the change" yes settled $MAIN
  eventually "$MAIN is in progress" InProgress incident $MAIN '{.status.state}'
  same "the alert is still bob's" $BOB "$(alert "$BOBS" '{.spec.assignee}')"
}

first_alert() { each_alert "$1" .metadata.name | sed -n 1p; }

tag() {
  step "A tag is a label to filter by"
  does alice incident tag Ransomware $MAIN
  eventually "the filter finds $MAIN alone" incident.incidentoperator.dev/$MAIN \
    kubectl_as vera get incidents -l tag.incidentoperator.dev/ransomware -o name
  does alice incident list --tag Ransomware
}

select_by_owner() {
  step "Whose is what"
  does alice get incidents --field-selector spec.assignee=$ALICE -o name
  same "alice has $MAIN" $MAIN "$(names_of "$OUTPUT")"
  does alice get alerts --field-selector spec.assignee=$ALICE
  same "alice has every alert of it but bob's" $((MAIN_COUNT - 1)) "$(count spec.assignee=$ALICE)"
  does alice get incidents --field-selector spec.assignee= -o name
  same "nobody has the others" "$OTHER $THIRD" "$(names_of "$OUTPUT")"
}

classify_wrongly() {
  step "A determination that does not fit its verdict is refused"
  refused alice "determination of a TruePositive must be MultiStagedAttack" \
    patch incident $MAIN --type merge -p '{"spec":{"classification":{"verdict":"TruePositive","determination":"NotMalicious"}}}'
}

resolve() {
  step "alice resolves one alert by itself, then the incident with a note and a classification"
  DONE_BEFORE=$(first_alert "$(of $MAIN),spec.category=Execution")
  does alice patch alert "$DONE_BEFORE" --type merge -p '{"spec":{"resolution":{"state":"Resolved","note":"The backup job of the night"}}}'
  DONE_RESOLUTION=$(alert "$DONE_BEFORE" '{.spec.resolution}')
  STATES_BEFORE=$(states $MAIN)
  does alice incident resolve $MAIN --dry-run
  same "the dry run names every alert but the one that is resolved already" $((MAIN_COUNT - 1)) "$(grep -c '^  alert/' <<<"$OUTPUT")"
  same "and changes nothing" InProgress "$(incident $MAIN '{.spec.resolution.state}')"
  does alice incident resolve $MAIN --note "Hosts reinstalled, accounts reset" --classify TruePositive/MultiStagedAttack
  eventually "all $MAIN_COUNT alerts are resolved" "$MAIN_COUNT Resolved" tally "$(of $MAIN)" .spec.resolution.state
  eventually "$MAIN counts none of them as active" "Resolved 0/$MAIN_COUNT" incident $MAIN '{.status.state} {.status.alerts.summary}'
  same "the alert that was resolved before keeps its resolution and note" "$DONE_RESOLUTION" "$(alert "$DONE_BEFORE" '{.spec.resolution}')"
  does alice get incident $MAIN -o wide
}

hold() {
  step "A new attack is never closed silently: an alert that arrives now stays active"
  printf 'admin $ kubectl create -f - <<END\n%s\nEND\n' "$(new_alert)"
  new_alert | kubectl_as admin create -f - || fail "the alert to be created" "the error above"
  eventually "the incident says that its resolution does not hold" False condition $MAIN ResolutionHeld
  does alice get incident $MAIN -o 'jsonpath={.status.conditions[?(@.type=="ResolutionHeld")].message}{"\n"}'
  eventually "a warning about it stands among the incident's events" "*new-attack arrived after the incident was resolved*" \
    kubectl_as admin get events --field-selector "involvedObject.name=$MAIN,reason=AlertHeld" -o 'jsonpath={.items[*].message}'
  eventually "$MAIN counts it" "1/$((MAIN_COUNT + 1))" incident $MAIN '{.status.alerts.summary}'
  same "the new alert is active" Active "$(alert new-attack '{.spec.resolution.state}')"
}

new_alert() {
  cat <<EOF
apiVersion: incidentoperator.dev/v1alpha1
kind: Alert
metadata:
  name: new-attack
spec:
  name: Terminal shell in container
  severity: High
  category: Execution
  source: {service: Falco, detector: syscall}
  incidentRef: {name: $MAIN}
EOF
}

reopen() {
  step "Re-opening the incident re-opens exactly the alerts that it closed"
  does alice patch incident $MAIN --type merge -p '{"spec":{"resolution":{"state":"Active","note":null}}}'
  eventually "every alert is as it was before" "$STATES_BEFORE" states_without $MAIN new-attack
  eventually "$MAIN counts them as active" "Active $MAIN_COUNT/$((MAIN_COUNT + 1))" incident $MAIN '{.status.state} {.status.alerts.summary}'
  same "the alert that was resolved on its own still is" "$DONE_RESOLUTION" "$(alert "$DONE_BEFORE" '{.spec.resolution}')"
  same "the new alert is active" Active "$(alert new-attack '{.spec.resolution.state}')"
}

move() {
  step "bob takes another incident, and alice moves three alerts there and says why"
  does bob patch incident $OTHER --type merge -p "{\"spec\":{\"assignee\":\"$BOB\"}}"
  eventually "its alerts are bob's" "$OTHER_COUNT $BOB" tally "$(of $OTHER)" .spec.assignee
  local main_name other_name total=$((MAIN_COUNT + 1 - 3))
  choose_three
  main_name=$(incident $MAIN '{.status.name}')
  other_name=$(incident $OTHER '{.status.name}')
  does alice incident move "${THREE[@]}" --to $OTHER --reason "the same stolen account"
  eventually "all of $OTHER's alerts are bob's" "$((OTHER_COUNT + 3)) $BOB" tally "$(of $OTHER)" .spec.assignee
  eventually "$OTHER counts three more" "$((OTHER_COUNT + 3))" incident $OTHER '{.status.alerts.total}'
  eventually "$MAIN counts three fewer" "$total" incident $MAIN '{.status.alerts.total}'
  differs "$OTHER has another name" "$other_name" "$(incident $OTHER '{.status.name}')"
  differs "$MAIN has another name" "$main_name" "$(incident $MAIN '{.status.name}')"
  does alice get incidents
}

# The three alerts of the last tactic: without them the incident's name changes too.
choose_three() {
  local name
  THREE=()
  while read -r name; do THREE+=("$name"); done < <(each_alert "$(of $MAIN),spec.category=LateralMovement" .metadata.name | sed -n 1,3p)
  same "there are three alerts of lateral movement to move" 3 "${#THREE[@]}"
}

rename() {
  step "alice names the incident, then takes the name back"
  local automatic
  automatic=$(incident $MAIN '{.status.name}')
  does alice patch incident $MAIN --type merge -p '{"spec":{"name":"Northwind: stolen signing key"}}'
  eventually "it bears her name" "User Northwind: stolen signing key" incident $MAIN '{.status.nameSource} {.status.name}'
  same "the automatic name is kept beside it" "$automatic" "$(incident $MAIN '{.status.automaticName}')"
  does alice patch incident $MAIN --type merge -p '{"spec":{"name":null}}'
  eventually "the automatic name is back" "Automatic $automatic" incident $MAIN '{.status.nameSource} {.status.name}'
}

comment() {
  step "alice and bob comment; bob tries to speak as alice and fails"
  local first
  does alice incident comment $MAIN "Signed in from two continents."
  first=${OUTPUT##*comment/}
  printf 'bob $ kubectl create -f - <<END\n%s\nEND\n' "$(new_comment forged "$ALICE" "Nothing to see here.")"
  new_comment forged "$ALICE" "Nothing to see here." | kubectl_as bob create -f - || fail "bob's comment to be created" "the error above"
  same "what bob wrote in alice's name is bob's" $BOB "$(kubectl_as admin get comment forged -o 'jsonpath={.spec.author}')"
  eventually "both comments stand in the log" "True True" \
    kubectl_as admin get comments -o 'jsonpath={.items[*].status.conditions[?(@.type=="Recorded")].status}'
  refused alice "cannot patch resource" patch comment "$first" --type merge -p '{"spec":{"text":"I never said that."}}'
}

# new_comment NAME AUTHOR TEXT
new_comment() {
  cat <<EOF
apiVersion: incidentoperator.dev/v1alpha1
kind: Comment
metadata:
  name: $1
spec:
  incidentRef: {name: $MAIN}
  author: $2
  text: $3
EOF
}

timeline() {
  step "The timeline of the incident tells who did what, and nobody can change it"
  local timeline first
  timeline=$(plugin_as alice timeline $MAIN) || fail "the timeline to be printed" "$timeline"
  printf '%s\n' "$timeline"
  contains "it has the resolution with both values" "resolution.state: InProgress → Resolved" "$timeline"
  contains "it has alice's comment" "Signed in from two continents." "$timeline"
  contains "it has bob's change of one alert" "1 alert: assignee: $ALICE → $BOB" "$timeline"
  contains "it has the move with its reason" " to $OTHER: the same stolen account" "$timeline"
  first=$(kubectl_as admin get activities --field-selector "$(of $MAIN),spec.type=Created" -o 'jsonpath={.items[0].metadata.name}')
  refused alice "cannot patch resource" patch activity "$first" --type merge -p '{"spec":{"actor":"nobody"}}'
  refused admin "must stay as it was created" patch activity "$first" --type merge -p '{"spec":{"actor":"nobody"}}'
  refused admin "forbidden" delete activity "$first"
}

merge() {
  step "One incident is merged into another; that of another owner is not"
  does alice patch incident $MAIN --type merge -p "{\"spec\":{\"mergeInto\":{\"name\":\"$OTHER\"}}}"
  eventually "the merge into bob's incident is refused" DifferentAssignees incident $MAIN '{.status.conditions[?(@.type=="Merged")].reason}'
  does alice get incident $MAIN -o 'jsonpath={.status.conditions[?(@.type=="Merged")].message}{"\n"}'
  does alice patch incident $MAIN --type merge -p '{"spec":{"mergeInto":null}}'
  local moved total
  moved=$(count "$(of $THIRD)")
  total=$(count "$(of $OTHER)")
  does bob incident merge $THIRD --into $OTHER --yes
  eventually "$THIRD redirects to $OTHER" "Redirected $OTHER True" \
    incident $THIRD '{.status.state} {.status.redirectedTo} {.status.conditions[?(@.type=="Merged")].status}'
  eventually "all its alerts are bob's" "$((total + moved)) $BOB" tally "$(of $OTHER)" .spec.assignee
  same "none is left behind" 0 "$(count "$(of $THIRD)")"
  refused bob "mergeInto must stay as it is" patch incident $THIRD --type merge -p '{"spec":{"mergeInto":null}}'
  eventually "the log of $OTHER names it" "from $THIRD*" \
    kubectl_as admin get activities --field-selector "$(of $OTHER),spec.type=Merged" -o 'jsonpath={.items[*].spec.summary}'
  does bob get incidents
}

verify() {
  step "The log is verified from a copy, and one changed letter is found"
  local copy=$LOCAL_DIR/run/activities.yaml
  kubectl_as admin get activities --field-selector "$(of $MAIN)" -o yaml >"$copy"
  plugin_as alice verify -f "$copy" || fail "the log to be intact" "the finding above"
  passed "the copy is intact"
  plugin_as bob verify || fail "every log to be intact" "the finding above"
  passed "so are all logs of the cluster"
  sed 's/InProgress → Resolved/InProgress → Rosolved/' "$copy" >"$copy.forged"
  differs "the forged copy is another one" "$(cat "$copy")" "$(cat "$copy.forged")"
  if plugin_as alice verify -f "$copy.forged"; then fail "the change to be found" "an intact log"; fi
  passed "the change is found"
}

# plugin_as PERSON ARGUMENT...
plugin_as() {
  local person=$1
  shift
  printf '%s $ kubectl incident%s\n' "$person" "$(typed "$@")"
  kubectl_as "$person" incident "$@"
}

look_on() {
  step "vera looks on: she may read and not write"
  does vera get alerts --field-selector "$(of $OTHER)"
  refused vera "cannot patch resource" patch incident $OTHER --type merge -p '{"spec":{"assignee":"vera@example.com"}}'
}

delete() {
  step "Responders cannot delete an incident; when an admin does, its alerts stay"
  refused alice "cannot delete resource" delete incident $MAIN
  local before
  before=$(each_alert "$(of $MAIN)" .metadata.name .spec.assignee .spec.resolution.state)
  does admin delete incident $MAIN
  eventually "every alert says that its link leads nowhere" "$((MAIN_COUNT + 1 - 3)) False" \
    tally "$(of $MAIN)" '.status.conditions[?(@.type=="Linked")].status'
  does alice get alert new-attack -o 'jsonpath={.status.conditions[?(@.type=="Linked")].message}{"\n"}'
  same "no alert lost its owner or its state" "$before" "$(each_alert "$(of $MAIN)" .metadata.name .spec.assignee .spec.resolution.state)"
}

intake() {
  step "Alertmanager posts what it sees to the receiver: the alerts become incidents by themselves"
  does admin create namespace $SHOP
  does admin create rolebinding responders -n $SHOP --clusterrole=incident-operator-responder --user=$ALICE
  does admin apply -n $SHOP -k config/samples/sources
  does admin apply -n $SHOP -k config/samples/policies
  # The sample waits 30 seconds for alerts that belong to the same incident.
  does admin patch correlationpolicy default -n $SHOP --type merge -p '{"spec":{"settleSeconds":1}}'
  eventually "the source is ready" True kubectl_as admin get alertsource alertmanager -n $SHOP -o "jsonpath=$READY"
  eventually "so is the policy" True kubectl_as admin get correlationpolicy default -n $SHOP -o "jsonpath=$READY"
  posts out-of-memory
  contains "the receiver stores the three alerts" '"stored":3' "$OUTPUT"
  eventually "the source says that something comes in" 3 kubectl_as admin get alertsource alertmanager -n $SHOP -o 'jsonpath={.status.stored}'
  eventually "they are one incident, since they are about one node" "3/3" shop_incidents '{.status.alerts.summary}'
  BEGUN=$(shop_incidents '{.metadata.name}')
  contains "each says why it is there" "node-0" "$(kubectl_as admin get alerts -n $SHOP -o "jsonpath=$REASONS")"
  local before
  before=$(kubectl_as admin get alerts -n $SHOP -o "jsonpath=$VERSIONS")
  posts out-of-memory
  same "the same alerts once more change nothing" "$before" "$(kubectl_as admin get alerts -n $SHOP -o "jsonpath=$VERSIONS")"
  posts terminal-shell
  eventually "what has nothing to do with them begins another incident" "1/1 3/3" shop_summaries
  does alice incident next -n $SHOP --take
  does alice get incidents,alertsources -n $SHOP
}

# posts DELIVERY sends what Alertmanager once sent, as the ServiceAccount that may post to this source and do nothing else.
posts() {
  local code=0 token path=/v1/namespaces/$SHOP/alertsources/alertmanager
  token=$(kubectl_as admin create token alertmanager-sender -n $SHOP --audience incident-operator-receiver)
  printf 'alertmanager $ curl -k -H "Authorization: Bearer $TOKEN" --data @config/samples/deliveries/%s.json $RECEIVER_URL%s\n' "$1" "$path"
  # kubectl is the one HTTP client that is sure to be there.
  OUTPUT=$("$ROOT/bin/k8s/kubectl" --kubeconfig /dev/null --server "$("$ROOT/hack/local.sh" receiver-url)" --insecure-skip-tls-verify \
    --token "$token" create --raw "$path" -f "config/samples/deliveries/$1.json" 2>&1) || code=$?
  printf '%s\n' "$OUTPUT"
  ((code == 0)) || fail "the receiver to take it" "the error above"
}

SHOP=shop
READY='{.status.conditions[?(@.type=="Ready")].status}'
VERSIONS='{range .items[*]}{.metadata.name} {.metadata.resourceVersion}{"\n"}{end}'
REASONS='{.items[*].metadata.annotations.incidentoperator\.dev/correlated}'

# shop_incidents JSONPATH prints a part of the incidents that were begun.
shop_incidents() { kubectl_as admin get incidents -n $SHOP -o "jsonpath={range .items[*]}$1 {end}" | sed 's/ $//'; }
shop_summaries() { shop_incidents '{.status.alerts.summary}' | tr ' ' '\n' | sort | xargs; }

arrive
look
take
override
tag
select_by_owner
classify_wrongly
resolve
hold
reopen
move
rename
comment
timeline
merge
verify
look_on
intake
delete

printf '\nThe story holds: %d checks passed.\n' "$CHECKS"
