/*
Copyright The Incident Operator Authors.

Licensed under the Apache License, Version 2.0 (the "License");
you may not use this file except in compliance with the License.
You may obtain a copy of the License at

    http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software
distributed under the License is distributed on an "AS IS" BASIS,
WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
See the License for the specific language governing permissions and
limitations under the License.
*/

package inventory

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
)

// SBOM returns the bill of materials of a binary as CycloneDX JSON. It holds no time and no random number, so that the same
// binary has the same one.
func (b Binary) SBOM(name, version string) ([]byte, error) {
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{Component: &cyclonedx.Component{
		BOMRef: "main", Type: cyclonedx.ComponentTypeApplication, Name: name, Version: version,
		PackageURL: packageURL(b.Main, version),
		Licenses:   &cyclonedx.Licenses{{License: &cyclonedx.License{ID: "Apache-2.0"}}},
	}}
	components := []cyclonedx.Component{library("std", "v"+b.GoVersion)}
	for _, module := range b.Modules {
		component := library(module.Path, module.Version)
		component.Properties = &[]cyclonedx.Property{{Name: "go.sum", Value: module.Sum}}
		components = append(components, component)
	}
	needed := make([]string, 0, len(components))
	for _, component := range components {
		needed = append(needed, component.BOMRef)
	}
	bom.Components = &components
	bom.Dependencies = &[]cyclonedx.Dependency{{Ref: "main", Dependencies: &needed}}
	var out bytes.Buffer
	if err := cyclonedx.NewBOMEncoder(&out, cyclonedx.BOMFileFormatJSON).SetPretty(true).Encode(bom); err != nil {
		return nil, fmt.Errorf("writing the bill of materials: %w", err)
	}
	return out.Bytes(), nil
}

func library(path, version string) cyclonedx.Component {
	return cyclonedx.Component{
		BOMRef: packageURL(path, version), Type: cyclonedx.ComponentTypeLibrary,
		Name: path, Version: version, PackageURL: packageURL(path, version),
	}
}

// packageURL names a Go module as the package URL specification says: lower case, and the version escaped.
func packageURL(path, version string) string {
	return "pkg:golang/" + strings.ToLower(path) + "@" + url.QueryEscape(version)
}
