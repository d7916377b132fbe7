#!/usr/bin/env bash
# Builds etcd, kube-apiserver, kube-controller-manager and kubectl from source into the folder given as the first argument:
# at the versions that go.mod beside this file pins, or Kubernetes at the version given as the second. Binaries of the same
# versions are not built again.
set -euo pipefail

out=${1:?usage: build.sh OUTPUT_DIR [KUBERNETES_VERSION]}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"

pinned=$(go list -mod=readonly -m -f '{{.Version}}' k8s.io/kubernetes)
version=${2:-$pinned}
[[ $version =~ ^v1\.[0-9]+\.[0-9]+$ ]] || { echo "build.sh: KUBERNETES_VERSION must be as v1.36.3, is $version" >&2 && exit 2; }

stamp="$out/.built-from"
want=$(cat go.mod go.sum build.sh <(echo "$version") | git hash-object --stdin)
if [[ -f $stamp && $(cat "$stamp") == "$want" ]]; then
  exit 0
fi

if [[ $version != "$pinned" ]]; then
  # The staging modules of Kubernetes v1.x.y are v0.x.y.
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' EXIT
  sed -e "s/${pinned//./\\.}/$version/" -e "s/v0\.${pinned#v1.}/v0.${version#v1.}/" go.mod >"$copy/go.mod"
  cp tools.go "$copy"
  cd "$copy"
  sed -i '/^require (/,/^)/{/indirect/d}' go.mod
  go mod tidy
fi
minor=${version#v1.}
minor=${minor%%.*}
pkg=k8s.io/component-base/version
ldflags="-s -w -X $pkg.gitVersion=$version -X $pkg.gitMajor=1 -X $pkg.gitMinor=$minor -X $pkg.gitTreeState=clean"

echo "Building a Kubernetes $version control plane from source into $out."
echo "The first time this takes 8 to 12 minutes on two cores; afterwards it is skipped."

build() {
  local name=$1 package=$2 begin=$SECONDS
  printf '  %-24s ' "$name"
  CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags "$ldflags" -o "$out/$name.tmp" "$package" </dev/null
  mv "$out/$name.tmp" "$out/$name"
  echo "$((SECONDS - begin)) s"
}

build etcd go.etcd.io/etcd/server/v3
build kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver
build kubectl k8s.io/kubernetes/cmd/kubectl
build kube-controller-manager k8s.io/kubernetes/cmd/kube-controller-manager
echo "$want" >"$stamp"
