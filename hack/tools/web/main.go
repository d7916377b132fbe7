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

// Command web bundles the web pages of the console: its argument is the folder that holds src, style, icons and
// third_party, and the folder dist that it writes. The same sources give the same bytes.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: web FOLDER")
		os.Exit(2)
	}
	if err := build(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(1)
	}
}

func build(folder string) error {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return fmt.Errorf("finding the folder: %w", err)
	}
	if err := bundle(folder); err != nil {
		return err
	}
	sprite, err := sprite(filepath.Join(folder, "icons"))
	if err != nil {
		return err
	}
	page, err := os.ReadFile(filepath.Join(folder, "src", "index.html"))
	if err != nil {
		return fmt.Errorf("reading the page: %w", err)
	}
	whole := strings.Replace(string(page), "<!-- icons -->", sprite, 1)
	if err := os.WriteFile(filepath.Join(folder, "dist", "index.html"), []byte(whole), 0o644); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	return notices(folder)
}

// notices puts the licenses of what is bundled where the pages are, as they ask for.
func notices(folder string) error {
	var all strings.Builder
	for _, source := range []struct{ name, license string }{{"Preact", "preact/LICENSE"}, {"Fluent UI System Icons", "FLUENT-LICENSE"}} {
		text, err := os.ReadFile(filepath.Join(folder, "third_party", source.license))
		if err != nil {
			return fmt.Errorf("reading a license: %w", err)
		}
		fmt.Fprintf(&all, "%s\n\n%s\n", source.name, text)
	}
	return os.WriteFile(filepath.Join(folder, "dist", "notices.txt"), []byte(all.String()), 0o644)
}

func bundle(folder string) error {
	preact := func(file string) string { return filepath.Join(folder, "third_party", "preact", file) }
	result := api.Build(api.BuildOptions{
		EntryPointsAdvanced: []api.EntryPoint{
			{InputPath: filepath.Join(folder, "src", "main.tsx"), OutputPath: "app"},
			{InputPath: filepath.Join(folder, "style", "app.css"), OutputPath: "app"},
		},
		Outdir:        filepath.Join(folder, "dist"),
		AbsWorkingDir: folder,
		Bundle:        true,
		Write:         true,
		Format:        api.FormatESModule,
		Target:        api.ES2022,
		Charset:       api.CharsetUTF8,
		LegalComments: api.LegalCommentsNone,
		MinifySyntax:  true, MinifyWhitespace: true, MinifyIdentifiers: true,
		JSX: api.JSXAutomatic, JSXImportSource: "preact",
		Alias: map[string]string{
			"preact": preact("preact.mjs"), "preact/hooks": preact("hooks.mjs"), "preact/jsx-runtime": preact("jsx-runtime.mjs"),
		},
		LogLevel: api.LogLevelInfo,
	})
	if len(result.Errors) > 0 {
		return fmt.Errorf("bundling failed with %d errors", len(result.Errors))
	}
	return nil
}

var (
	viewBox = regexp.MustCompile(`viewBox="([^"]+)"`)
	fill    = regexp.MustCompile(` fill="[^"]*"`)
)

// sprite makes symbols of the icons, whose identifiers are the names of the files. They take the color of the text.
func sprite(folder string) (string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.svg"))
	if err != nil || len(files) == 0 {
		return "", fmt.Errorf("there are no icons in %s", folder)
	}
	var symbols strings.Builder
	for _, file := range files {
		icon, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("reading an icon: %w", err)
		}
		text := strings.TrimSpace(string(icon))
		box := viewBox.FindStringSubmatch(text)
		inner := strings.TrimSuffix(text[strings.Index(text, ">")+1:], "</svg>")
		if box == nil || !strings.HasPrefix(text, "<svg") {
			return "", fmt.Errorf("%s is no SVG with a viewBox", file)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".svg")
		fmt.Fprintf(&symbols, `<symbol id="%s" viewBox="%s">%s</symbol>`, name, box[1], fill.ReplaceAllString(inner, ""))
	}
	return `<svg class="sprite" aria-hidden="true">` + symbols.String() + `</svg>`, nil
}
