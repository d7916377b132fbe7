#!/usr/bin/env bash
# Fails if anything generated is stale, unformatted, untidy or not clean to the linters. A work tree that was dirty
# before is no failure; one that changes while this runs is.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
MAKE=${MAKE:-make}

announce() { printf '\n== %s\n' "$*"; }

# snapshot tells one state of the work tree from another, untracked files included.
snapshot() {
  git status --porcelain
  git diff HEAD | git hash-object --stdin
  git ls-files --others --exclude-standard -z | xargs -0 git hash-object --
}

tidy() {
  local module
  for module in . hack/controlplane hack/release hack/tools test/console test/gitops; do
    (cd "$module" && go mod tidy -diff) || { echo "verify: run 'go mod tidy' in $module" >&2 && return 1; }
  done
}

before=$(snapshot)

announce "modules are tidy"
tidy
announce "generated files are current"
"$MAKE" --no-print-directory generate
announce "formatting"
bin/golangci-lint fmt --diff
announce "linters"
"$MAKE" --no-print-directory lint
announce "go vet"
go vet ./...
(cd hack/controlplane && go vet .)
(cd test/console && go vet ./...)
announce "scripts parse"
for script in hack/*.sh hack/*/*.sh .ci/run; do bash -n "$script"; done

after=$(snapshot)
if [[ $before != "$after" ]]; then
  echo "verify: these files were stale; commit what 'make generate' made of them:" >&2
  diff <(echo "$before") <(echo "$after") >&2 || true
  exit 1
fi
announce "verified"
