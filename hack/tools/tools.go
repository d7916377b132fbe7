//go:build tools

// Package tools pins the heavier development tools apart from the operator's own dependencies.
package tools

import (
	_ "github.com/elastic/crd-ref-docs"
)
