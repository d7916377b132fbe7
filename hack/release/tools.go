//go:build tools

// Package release pins helm, which checks and packages the chart, apart from the operator's own dependencies.
package release

import (
	_ "helm.sh/helm/v4/cmd/helm"
)
