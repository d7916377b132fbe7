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

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const credentials = `{apiVersion: v1, kind: Config, current-context: here, clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}],
users: [{name: u, user: {token: "top-secret"}}], contexts: [{name: here, context: {cluster: c, user: u}}]}`

// useKubeconfig returns the folder of the cache.
func useKubeconfig(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBECONFIG", path)
	return filepath.Join(os.Getenv("XDG_CACHE_HOME"), "kubectl-incident")
}

func cacheFile(t *testing.T, folder string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	return found[0]
}

func TestCacheIsUsedByItsOwnerOnly(t *testing.T) {
	c := queueToComplete(t)
	folder := useKubeconfig(t, credentials)
	reads := func(args ...string) bool {
		t.Helper()
		before := c.tablesRead
		if got := c.suggested(append(args, "take", "inc-2")...); len(got) != 1 {
			t.Errorf("%v: %v", args, got)
		}
		return c.tablesRead > before
	}
	if !reads() || reads() {
		t.Error("it is not read once")
	}
	path := cacheFile(t, folder)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	if data, err := os.ReadFile(path); err != nil || bytes.Contains(data, []byte("top-secret")) {
		t.Error(err, string(data))
	}
	if !reads("--as", "bob") {
		t.Error("another user is told the same")
	}
	useKubeconfig(t, strings.ReplaceAll(credentials, "top-secret", "other"))
	if !reads() {
		t.Error("another token is told the same")
	}
}
