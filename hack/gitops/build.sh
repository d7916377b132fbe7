#!/usr/bin/env bash
# Builds Flux's source-controller and kustomize-controller from source into the folder given as the argument, and puts their
# CRDs beside them: at the versions that the go.mod of each pins. Each has a module of its own, since the two need different
# versions of what they share, with the replacements of the controller's own go.mod. These modules are not tidy, as 'make
# verify' wants it of others: that would need what the tests of all their dependencies use. Binaries of the same versions are
# not built again.
set -euo pipefail

out=${1:?usage: build.sh OUTPUT_DIR}
mkdir -p "$out/crds"
out=$(cd "$out" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"

# build CONTROLLER
build() (
  local name=$1 begin=$SECONDS stamp="$out/.$1-built-from" want
  want=$(cat "$name/go.mod" "$name/go.sum" build.sh | git hash-object --stdin)
  if [[ -x $out/$name && -f $stamp && $(cat "$stamp") == "$want" ]]; then
    exit 0
  fi
  cd "$name"
  module=github.com/fluxcd/$name
  echo "Building $name $(go list -mod=readonly -m -f '{{.Version}}' "$module") from source into $out."
  echo "The first time this takes about 15 minutes on two cores; afterwards it is skipped."
  CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags "-s -w" -o "$out/$name.tmp" "$module" </dev/null
  for crd in "$(go list -mod=readonly -m -f '{{.Dir}}' "$module")"/config/crd/bases/*.yaml; do
    install -m 644 "$crd" "$out/crds/"
  done
  mv "$out/$name.tmp" "$out/$name"
  echo "$want" >"$stamp"
  echo "  $((SECONDS - begin)) s"
)

build kustomize-controller
build source-controller
