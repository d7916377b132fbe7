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

package image

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// write builds the image of a file system of one file, which is so old.
func write(t *testing.T, content, version string, age time.Duration) (digest string, archive []byte) {
	t.Helper()
	root, out := t.TempDir(), t.TempDir()
	file := filepath.Join(root, "etc", "passwd")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-age)
	if err := os.Chtimes(file, then, then); err != nil {
		t.Fatal(err)
	}
	roots := []Root{{Architecture: "amd64", Folder: root}, {Architecture: "arm64", Folder: root}}
	digest, err := Write(roots, Source{Version: version, Revision: "c0ffee"}, filepath.Join(out, "image"), filepath.Join(out, "image.tar"))
	if err != nil {
		t.Fatal(err)
	}
	archive, err = os.ReadFile(filepath.Join(out, "image.tar"))
	if err != nil {
		t.Fatal(err)
	}
	return digest, archive
}

func TestTheSameFilesAreTheSameImage(t *testing.T) {
	digest, archive := write(t, "a", "v1.0.0", 0)
	again, archiveAgain := write(t, "a", "v1.0.0", time.Hour)
	if digest != again || !bytes.Equal(archive, archiveAgain) {
		t.Errorf("the digest is %s, and %s at another time", digest, again)
	}
	for what, other := range map[string]func() (string, []byte){
		"file":    func() (string, []byte) { return write(t, "b", "v1.0.0", 0) },
		"version": func() (string, []byte) { return write(t, "a", "v1.0.1", 0) },
	} {
		if changed, _ := other(); changed == digest {
			t.Errorf("another %s has the same digest", what)
		}
	}
}
