#!/usr/bin/env bash
# Packages the chart of one version: package-chart.sh VERSION IMAGE_REPOSITORY FOLDER. The values of the package name the
# image of the release; those in the repository name what a working copy builds.
set -euo pipefail

version=$1 image=$2 out=$3
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r charts/incident-operator "$copy/"
values=$copy/incident-operator/values.yaml
sed -i "s|^  repository: incident-operator\$|  repository: $image|" "$values"
grep -qx "  repository: $image" "$values" || { echo "package-chart: values.yaml names no repository of the image" >&2; exit 1; }
bin/helm lint --quiet --strict "$copy/incident-operator"
bin/helm package "$copy/incident-operator" --version "${version#v}" --app-version "$version" --destination "$out"
